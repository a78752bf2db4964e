import { Activity, BookOpenCheck, Bot, Boxes, Cpu, History, MessageSquare, MessagesSquare, NotebookPen, Rocket, Settings, ShieldCheck, Sparkles, Stethoscope, Scale, type LucideIcon } from 'lucide-react'
import { lazy, type ComponentType } from 'react'
import { ChatView } from '@/chat/ChatView'

export interface View {
  id: string
  name: string
  icon: LucideIcon
  /** The second key after G. */
  key: string
  words: string
  component: ComponentType
  /** Where it stands in the navigation; null: reached from elsewhere. */
  group: 'work' | 'watch' | 'set' | null
}

const of = (load: () => Promise<Record<string, unknown>>, name: string) => lazy(async () => ({ default: (await load())[name] as ComponentType }))

/** Every view there is, in the order of the navigation. What the gateway can not do has none. */
export const VIEWS: View[] = [
  { id: 'chat', name: 'Chat', icon: MessageSquare, key: 'c', words: 'conversation message new', component: ChatView, group: 'work' },
  { id: 'sessions', name: 'Sessions', icon: MessagesSquare, key: 's', words: 'history search export delete', component: of(() => import('@/sessions/SessionsView'), 'SessionsView'), group: 'work' },
  { id: 'approvals', name: 'Approvals', icon: ShieldCheck, key: 'a', words: 'inbox questions answer allow deny', component: of(() => import('@/approvals/ApprovalsView'), 'ApprovalsView'), group: 'work' },
  { id: 'agents', name: 'Agents & processes', icon: Bot, key: 'r', words: 'running background process server output stop definitions commands hooks', component: of(() => import('@/agents/AgentsView'), 'AgentsView'), group: 'watch' },
  { id: 'observability', name: 'Observability', icon: Activity, key: 'o', words: 'trace timeline gantt cost tokens budget errors', component: of(() => import('@/observe/ObserveView'), 'ObserveView'), group: 'watch' },
  { id: 'audit', name: 'Audit', icon: History, key: 'u', words: 'log verify export who did what', component: of(() => import('@/audit/AuditView'), 'AuditView'), group: 'watch' },
  { id: 'models', name: 'Models & providers', icon: Cpu, key: 'm', words: 'api key price catalog openai anthropic ollama sign in', component: of(() => import('@/models/ModelsView'), 'ModelsView'), group: 'set' },
  { id: 'mcp', name: 'MCP servers', icon: Boxes, key: 'p', words: 'tools add connect server', component: of(() => import('@/mcp/McpView'), 'McpView'), group: 'set' },
  { id: 'memory', name: 'Memory', icon: NotebookPen, key: 'f', words: 'facts remember forget remembered', component: of(() => import('@/memory/MemoryView'), 'MemoryView'), group: 'set' },
  { id: 'skills', name: 'Skills', icon: Sparkles, key: 'k', words: 'install enable disable', component: of(() => import('@/skills/SkillsView'), 'SkillsView'), group: 'set' },
  { id: 'policies', name: 'Policies', icon: Scale, key: 'y', words: 'permission grants pins rules explain simulate mode', component: of(() => import('@/policies/PoliciesView'), 'PoliciesView'), group: 'set' },
  { id: 'diagnostics', name: 'Diagnostics', icon: Stethoscope, key: 'd', words: 'doctor health fix', component: of(() => import('@/diagnostics/DiagnosticsView'), 'DiagnosticsView'), group: 'set' },
  { id: 'setup', name: 'Set up', icon: Rocket, key: 'w', words: 'onboarding wizard first run begin provider workspace', component: of(() => import('@/setup/SetupView'), 'SetupView'), group: null },
  { id: 'settings', name: 'Settings', icon: Settings, key: 'e', words: 'appearance theme telemetry tokens configuration', component: of(() => import('@/settings/SettingsView'), 'SettingsView'), group: 'set' },
]

export { BookOpenCheck as HelpIcon }
