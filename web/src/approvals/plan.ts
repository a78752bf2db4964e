import type { Approval } from '@/api/types'

export interface Plan {
  text: string
  /** Allowed unasked with the approval, in canonical spelling. */
  granted: string[]
  /** Asked all the same when it comes to them, with the reason. */
  asked: { action: string; why: string }[]
}

export const PLAN_TOOL = 'plan.present'

/** The card of a plan, from the preview: what the gateway says that approving grants, not what the model wrote. */
export function planOf(approval: Pick<Approval, 'tool' | 'preview'>): Plan | null {
  if (approval.tool !== PLAN_TOOL || !approval.preview) return null
  const end = approval.preview.indexOf('\n\n')
  if (end < 0) return null
  const plan: Plan = { text: approval.preview.slice(end + 2), granted: [], asked: [] }
  for (const line of approval.preview.slice(0, end).split('\n')) {
    if (line.startsWith('  + ')) plan.granted.push(line.slice(4))
    else if (line.startsWith('  ? ')) {
      const [, action, why] = /^ {2}\? (.*?) \((.*)\)$/s.exec(line) ?? [null, line.slice(4), '']
      plan.asked.push({ action: action!, why: why! })
    }
  }
  return plan
}
