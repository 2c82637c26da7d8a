/// What was typed to be sent to a deployment, by its id: kept while the tab is open, so that a look at the log does not cost it.
export const exampleDrafts = new Map<string, string>();
