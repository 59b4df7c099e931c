import { openApiDocument } from '../http/app.ts';
import type { CliCommand } from './commands.ts';

/** The API description without a running gateway: for code generators and reviews. */
export const openapi: CliCommand = {
  name: 'openapi',
  description: 'Print the OpenAPI 3.1 document of the API',
  options: [],
  async run() {
    process.stdout.write(`${JSON.stringify(openApiDocument('http://127.0.0.1:8080'), null, 2)}\n`);
    return 0;
  },
};
