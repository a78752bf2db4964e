export function ObserveView() { return null }
