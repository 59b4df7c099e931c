import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Principal } from './deps.ts';

/** What belongs to one request; services are arguments, never context variables. */
export interface HttpEnv {
  /** Of the Node server; absent where a test calls the app without a port. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId?: string;
    principal?: Principal;
    /** The route's template, for the log: a path may name a shopper's data. */
    route?: string;
  };
}

export type HttpContext = Context<HttpEnv>;
