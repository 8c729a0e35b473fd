/** A preload: it has an effect and no exports. */
export {}
