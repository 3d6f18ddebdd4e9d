/** What one request cost the storage. */
export interface Cost {
  /** Calls that had to wait for each other. */
  readonly trips: number
  readonly statements: number
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly kvReads: number
  readonly kvWrites: number
}

/** The header of an answer that holds its cost, as JSON. */
export const COST_HEADER = 'X-Cost'
