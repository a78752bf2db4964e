export function PoliciesView() { return null }
