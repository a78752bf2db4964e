import { Component, type ReactNode } from 'react'
import { Failure } from '@/ui/Page'

/** A view that fails leaves the others usable. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    return this.state.error ? <div className="p-7"><Failure error={this.state.error} onRetry={() => location.reload()} /></div> : this.props.children
  }
}
