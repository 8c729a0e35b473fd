'use strict'

/** The value below which the share `share` of the sorted `samples` lies. */
function quantile (samples, share) {
  const position = (samples.length - 1) * share
  const below = Math.floor(position)
  const above = Math.ceil(position)
  return samples[below] + (samples[above] - samples[below]) * (position - below)
}

function quartiles (samples) {
  const sorted = Float64Array.from(samples).sort()
  return { lower: quantile(sorted, 0.25), median: quantile(sorted, 0.5), upper: quantile(sorted, 0.75) }
}

module.exports = { quartiles }
