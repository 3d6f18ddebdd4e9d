import { onTestFinished, vi } from 'vitest'

/** Moves the clock of the Worker forward until the test ends. KV has a clock of its own, which stays. */
export function travel(seconds: number): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now + seconds * 1000)
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

/** Stops the clock of the Worker until the test ends, so that a request and its expectation see the same second. */
export function stopClock(): number {
  travel(0)
  return Math.floor(Date.now() / 1000)
}
