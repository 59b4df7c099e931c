import type { CliCommand } from './cli-command.ts';
import { writeJson } from './output.ts';

/** The API description without a running gateway: for code generators and reviews. */
export const openapi: CliCommand = {
  name: 'openapi',
  description: 'Print the OpenAPI 3.1 document of the API',
  options: [],
  async run(_call, deps) {
    const { openApiDocument } = await import('../http/app.ts');
    return writeJson(deps, openApiDocument('http://127.0.0.1:8080'));
  },
};
