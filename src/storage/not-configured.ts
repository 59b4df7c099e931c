/** The reason of a destination that the configuration does not name. */
export const NOT_CONFIGURED = 'not configured';
