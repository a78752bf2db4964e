import { useState } from 'react'
import { Plus } from 'lucide-react'
import { FolderPick } from '@/app/FolderPick'
import { go, pathOf, useAsked, usePlace } from '@/app/router'
import { Button } from '@/ui/Button'
import { Page, Tabs } from '@/ui/Page'
import { AtWork, Spawn } from './AtWork'
import { Definitions } from './Definitions'
import { HooksAndCommands } from './HooksAndCommands'
import { Processes, StartProcess } from './Processes'

type Tab = 'work' | 'processes' | 'definitions' | 'hooks'
const TABS: { id: Tab; label: string }[] = [{ id: 'work', label: 'At work' }, { id: 'processes', label: 'Processes' }, { id: 'definitions', label: 'Definitions' }, { id: 'hooks', label: 'Commands & hooks' }]

/** Who works beside the conversation, what runs in the background, and what a folder brings of both. */
export function AgentsView() {
  const place = usePlace()
  const tab = TABS.find(one => one.id === place.id)?.id ?? 'work'
  const [folder, setFolder] = useState('')
  const [isStarting, setStarting] = useState(false)
  useAsked('add', () => setStarting(true))
  return (
    <Page
      title="Agents & processes"
      about="Agents do one task in a session of their own, never with more rights or money than their caller"
      actions={tab === 'work' ? <Button look="primary" icon={<Plus size={15} />} onClick={() => setStarting(true)}>Give an agent a task</Button> : tab === 'processes' ? <Button look="primary" icon={<Plus size={15} />} onClick={() => setStarting(true)}>Start a process</Button> : <FolderPick value={folder} onChange={setFolder} />}
      toolbar={<Tabs label="Agents and processes" value={tab} onChange={to => go(pathOf('agents', to === 'work' ? null : to))} tabs={TABS} />}
    >
      {tab === 'work' ? <AtWork onStart={() => setStarting(true)} /> : tab === 'processes' ? <Processes chosen={place.rest} onStart={() => setStarting(true)} /> : tab === 'definitions' ? <Definitions folder={folder} /> : <HooksAndCommands folder={folder} />}
      {isStarting && (tab === 'processes' ? <StartProcess onClose={() => setStarting(false)} /> : <Spawn onClose={() => setStarting(false)} />)}
    </Page>
  )
}
