/** What stands before the id of a user in `ThrottleKeys.user`, where no browser counts by itself. */
export const USER_COUNT = 'user '
