export function SkillsView() { return null }
