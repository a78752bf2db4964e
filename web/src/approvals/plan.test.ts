import { expect, it } from 'vitest'
import { planOf } from './plan'

const preview = `Approving allows exactly this, unasked, until the session ends:
  + filesystem.write:src/settings/**
  + shell.exec:dotnet test*
Still asked when it comes to it:
  ? shell.exec:python3* (it runs whatever it is given (all of it))

1. Move the keys

  + is no grant here`

it('reads what approving a plan grants from what the gateway says, and nothing from the plan itself', () => {
  const plan = planOf({ tool: 'plan.present', preview })!
  expect(plan.granted).toEqual(['filesystem.write:src/settings/**', 'shell.exec:dotnet test*'])
  expect(plan.asked).toEqual([{ action: 'shell.exec:python3*', why: 'it runs whatever it is given (all of it)' }])
  expect(plan.text).toContain('+ is no grant here')
})

it('takes no other question for a plan', () => {
  expect(planOf({ tool: 'shell.exec', preview })).toBeNull()
  expect(planOf({ tool: 'plan.present', preview: null })).toBeNull()
})
