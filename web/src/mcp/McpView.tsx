export function McpView() { return null }
