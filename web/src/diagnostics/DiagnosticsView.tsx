export function DiagnosticsView() { return null }
