import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/gateway-error.ts';
import type { JsonSchema, Operation } from '../../src/http/api-document.ts';
import { openApiDocument } from '../../src/http/app.ts';
import { EVENT_TYPES } from '../../src/model/return-event.ts';
import { openHttp, PUBLIC_URL } from './open-http.ts';

const document = openApiDocument(PUBLIC_URL);
const operations = [...Object.entries(document.paths), ...Object.entries(document.webhooks ?? {})].flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
);
const schemas = document.components.schemas ?? {};

/** Every place where the document says what something looks like. */
function schemasOf(operation: Operation): readonly { where: string; schema: JsonSchema; example: unknown }[] {
  const media = [
    ...Object.entries(operation.requestBody?.content ?? {}).map(([type, entry]) => ({
      where: `body ${type}`,
      ...entry,
    })),
    ...Object.entries(operation.responses).flatMap(([status, response]) =>
      Object.entries(response.content ?? {}).map(([type, entry]) => ({ where: `${status} ${type}`, ...entry })),
    ),
  ];
  return media.map(({ where, schema, example }) => ({ where, schema: schema!, example }));
}

/** What is wrong with a value by a schema, for the keywords that the document uses. */
function faults(value: unknown, schema: JsonSchema, at = ''): readonly string[] {
  if (schema.$ref !== undefined) return faults(value, schemas[schema.$ref.split('/').at(-1)!]!, at);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined)
    return variants.some(variant => faults(value, variant, at).length === 0) ? [] : [`${at} fits no form`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  if (schema.const !== undefined && schema.const !== value) return [`${at} is ${JSON.stringify(value)}`];
  const type =
    value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  const types = schema.type === undefined ? null : [schema.type].flat();
  if (types !== null && !types.includes(type) && !(type === 'integer' && types.includes('number')))
    return [`${at} is of type ${type}`];
  if (Array.isArray(value))
    return value.flatMap((entry, index) =>
      schema.items === undefined ? [] : faults(entry, schema.items, `${at}/${index}`),
    );
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return [];
  const missing = (schema.required ?? [])
    .filter(name => !Object.hasOwn(value, name))
    .map(name => `${at}/${name} is missing`);
  const inner = Object.entries(value).flatMap(([name, entry]) => {
    const field = schema.properties![name];
    return field === undefined ? [`${at}/${name} is not described`] : faults(entry, field, `${at}/${name}`);
  });
  return [...missing, ...inner];
}

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => (key === '$ref' ? [entry as string] : referencesIn(entry)));
}

describe('the OpenAPI document', () => {
  it('is served as it is printed without a gateway', async () => {
    const { get } = await openHttp({ storeless: true });

    const answer = await get('/openapi.json', null);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('is OpenAPI 3.1 with a server, a bearer scheme and no dangling reference', () => {
    const { securitySchemes } = document.components as { securitySchemes: Record<string, object> };

    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Retour', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      servers: [{ url: PUBLIC_URL }],
    });
    expect(securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
    const names = referencesIn(document).map(reference => reference.replace('#/components/schemas/', ''));
    expect(names.filter(name => !Object.hasOwn(schemas, name))).toEqual([]);
    expect(names.length).toBeGreaterThan(20);
  });

  it('names every route that is served, and no other', async () => {
    const { app } = await openHttp({ storeless: true });
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);

    const described = operations
      .filter(({ path }) => path.startsWith('/') && !path.startsWith('/webhooks/'))
      .map(({ name }) => name);

    expect(described.toSorted()).toEqual([...new Set(served)].toSorted());
  });

  it('gives every operation a name of its own, a tag that exists, and words', () => {
    const tags = (document.tags ?? []).map(({ name }) => name);

    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { name, operation } of operations) {
      expect(operation.summary, name).toMatch(/^[A-Z]/);
      expect(tags, name).toContain(operation.tags?.[0]);
    }
  });

  it('describes every parameter', () => {
    const bare = operations.flatMap(({ name, operation }) =>
      (operation.parameters ?? [])
        .filter(({ description }) => (description ?? '') === '')
        .map(parameter => `${name} ${parameter.name}`),
    );

    expect(bare).toEqual([]);
  });

  it('lists the parameters in the path of every operation', () => {
    for (const { name, path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
      const declared = (operation.parameters ?? [])
        .filter(parameter => parameter.in === 'path')
        .map(parameter => parameter.name);
      expect(declared, name).toEqual(inPath);
    }
  });

  it('has an example for everything below /v1, and each fits its schema', () => {
    for (const { name, path, operation } of operations.filter(({ path }) => path.startsWith('/v1/'))) {
      for (const { where, schema, example } of schemasOf(operation)) {
        expect(example, `${name} ${where} (${path})`).toBeDefined();
        expect(faults(example, schema), `${name} ${where}`).toEqual([]);
      }
    }
  });

  it('states for every call below /v1 the token it needs and how it can be refused', () => {
    for (const { name, operation } of operations.filter(({ path }) => path.startsWith('/v1/'))) {
      expect(operation.security, name).toEqual([{ bearer: [] }]);
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['401', '403', '500', '503']));
      expect(operation.description, name).toMatch(/Role: \w+/);
    }
  });
});

describe('what a change holds', () => {
  it('is described for every event type that is sent, once', () => {
    const told = EVENT_TYPES.filter(type => type !== 'settlement.due');
    const described = Object.values(schemas).flatMap(
      ({ description }) => /^change of (.+?)[.:](?: |$)/.exec(description ?? '')?.[1]?.split(', ') ?? [],
    );

    expect(described.toSorted()).toEqual([...told].toSorted());
    expect(schemas.EventChange?.anyOf?.length).toBeGreaterThan(5);
    expect(schemas.Event?.properties?.change).toEqual({ $ref: '#/components/schemas/EventChange' });
  });

  it('names the fields that each type must have', () => {
    expect(schemas.ChangeOfRejection?.required).toEqual(['stage']);
    expect(schemas.ChangeOfDispute?.properties?.dispute?.required).toEqual(['state', 'reason']);
    expect(schemas.ChangeOfItems?.properties?.items?.items?.required).toEqual(['ref', 'quantity']);
  });

  it('is shown in the reference', async () => {
    const { get } = await openHttp({ storeless: true });

    expect((await get('/docs', null)).text).toContain('href="#schema-EventChange"');
  });
});

describe('personal data', () => {
  it('is described where a destination that asked for it gets it, and not where nobody does', () => {
    expect(schemas.ReturnInMessage?.properties?.shopper?.description).toContain('personalData: true');
    expect(Object.keys(schemas.ReturnInEvent?.properties ?? {})).not.toContain('shopper');
  });
});

/** Where a schema says that no other fields come. */
function closedIn(value: unknown, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    key === 'additionalProperties' && entry === false ? [at] : closedIn(entry, `${at}/${key}`),
  );
}

describe('answers', () => {
  it('may gain fields, and requests may not', () => {
    const { ErasureInput, TokenInput, VerificationInput, ...others } = schemas;

    expect(closedIn(others)).toEqual([]);
    expect(closedIn(operations.map(({ operation }) => operation.responses))).toEqual([]);
    const inputs = [ErasureInput, TokenInput, VerificationInput];
    expect(inputs.map(schema => schema?.additionalProperties)).toEqual([false, false, false]);
  });

  it('below /v1 may say that a request is not valid, also where it takes nothing but an id', () => {
    const without = operations.filter(
      ({ path, operation }) => path.startsWith('/v1/') && operation.responses['422'] === undefined,
    );

    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('fit the document', async () => {
    const { get, tell, webhook } = await openHttp();
    const { droppedOff, requested, JO } = await import('./open-http.ts');
    const inbound = await tell(
      requested('R-1', {
        shopper: JO,
        order: { number: 'MK-1', id: null, placedAt: null },
        items: [{ ref: 'l1', quantity: 1 }],
      }),
    );
    await tell(droppedOff('R-1'));
    await webhook('/webhooks/acme/portal', { headers: {}, body: '' });
    const ret = (await get('/v1/returns')).body.data[0].id;
    const dlv = (await get('/v1/deliveries')).body.data[0].id;

    for (const { name, path, operation } of operations.filter(({ name }) => name.startsWith('GET /v1/'))) {
      const id = path.includes('returns') ? ret : path.includes('inbound') ? inbound : dlv;
      const answer = await get(path.replace('{id}', id));
      const schema = operation.responses['200']!.content!['application/json']!.schema!;

      expect(answer.status, name).toBe(200);
      expect(faults(answer.body, schema), name).toEqual([]);
    }
  });
});

describe('the reference page', () => {
  it('needs no script and loads nothing', async () => {
    const { get } = await openHttp({ storeless: true });

    const { headers, text } = await get('/docs', null);

    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).not.toMatch(/<script|\son\w+=|javascript:|<link|<img|<iframe|\ssrc=/i);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('mentions every path, parameter and schema of the document', async () => {
    const { get } = await openHttp({ storeless: true });

    const { text } = await get('/docs', null);

    for (const { name, path, operation } of operations) {
      expect(text, name).toContain(`<code>${path}</code>`);
      expect(text, name).toContain(`id="${operation.operationId}"`);
      for (const parameter of operation.parameters ?? []) expect(text).toContain(`<code>${parameter.name}</code>`);
    }
    for (const name of Object.keys(schemas)) expect(text).toContain(`id="schema-${name}"`);
  });

  it('leads nowhere that is not there', async () => {
    const { get } = await openHttp({ storeless: true });

    const { text } = await get('/docs', null);

    const anchors = [...text.matchAll(/href="#([^"]+)"/g)].map(match => match[1]);
    expect(anchors.length).toBeGreaterThan(50);
    expect(anchors.filter(anchor => !text.includes(`id="${anchor}"`))).toEqual([]);
  });

  it('fits a phone', async () => {
    const { get } = await openHttp({ storeless: true });

    expect((await get('/docs', null)).text).toContain(
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
    );
  });
});

describe('the problem pages', () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];

  it.each(codes)('say of %s what happened and what to do', async code => {
    const { call } = await openHttp({ storeless: true });

    const page = await call('GET', `/problems/${code}`, { token: null, headers: { accept: 'text/html' } });
    const facts = await call('GET', `/problems/${code}`, { token: null });

    expect(page.status).toBe(200);
    expect(page.text).toContain('What to do');
    expect(page.text).not.toMatch(/<script/i);
    expect(facts.body).toMatchObject({
      type: `${PUBLIC_URL}/problems/${code}`,
      code,
      status: ERROR_CODES[code].status,
      retryable: ERROR_CODES[code].retryable,
    });
    expect(facts.body.cause.length).toBeGreaterThan(40);
    expect(facts.body.remedy.length).toBeGreaterThan(0);
  });

  it('are listed', async () => {
    const { call, get } = await openHttp({ storeless: true });

    const page = await call('GET', '/problems', { token: null, headers: { accept: 'text/html,*/*' } });

    expect((await get('/problems', null)).body.data.map((entry: { code: string }) => entry.code)).toEqual(codes);
    for (const code of codes) expect(page.text).toContain(`href="/problems/${code}"`);
  });

  it.each(['NOTHING', 'toString', '__proto__', 'bug'])('know no %s', async code => {
    const { get } = await openHttp({ storeless: true });

    expect(await get(`/problems/${code}`, null)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });
});
