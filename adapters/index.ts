// The registry: one line per provider, in the order of their ids.
export { aftership } from './aftership/index.ts';
export { easypost } from './easypost/index.ts';
export { happyReturns } from './happy-returns/index.ts';
export { loop } from './loop/index.ts';
export { narvar } from './narvar/index.ts';
export { redo } from './redo/index.ts';
export { returngo } from './returngo/index.ts';
export { sendcloud } from './sendcloud/index.ts';
export { standard } from './standard/index.ts';
export { tiktokShop } from './tiktok-shop/index.ts';
