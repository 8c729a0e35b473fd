// What docs/api.md is made of: everything that `lb-safe-timeouts` and `lb-safe-timeouts/logs`
// export (`lb-safe-timeouts/model` is part of the first).

export * from '../../lib/index'
export * from '../../lib/logs'
