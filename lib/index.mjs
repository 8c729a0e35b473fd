// The same module for `import`: one instance, whichever way it was loaded.
import api from './index.js'

export default api
export const {
  applyLbSafeTimeouts,
  planLbSafeTimeouts,
  createConnectionModel,
  classifyLog,
  createLogClassifier,
  status,
  drain,
  loadBalancers,
  findLoadBalancer,
  nodeTimers,
  readLbMetadata,
  native
} = api
