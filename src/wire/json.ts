/** A JSON object as it travels between client, workflow and activity. */
export type JsonObject = { readonly [key: string]: Json };
/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
