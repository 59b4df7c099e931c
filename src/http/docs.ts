import { html } from 'hono/html';
import type { ApiDocument, JsonSchema, MediaType, Operation } from './api-document.ts';
import type { Html } from './page.ts';

/** The reference as one page, drawn from the OpenAPI document and from nothing else. */
export function docsPage(document: ApiDocument): Html {
  const operations = [...operationsOf(document.paths), ...operationsOf(document.webhooks ?? {})];
  const tags = (document.tags ?? []).filter(({ name }) =>
    operations.some(({ operation }) => operation.tags?.includes(name)),
  );
  const of = (tag: string) => operations.filter(({ operation }) => operation.tags?.includes(tag));
  return html`<h1>${document.info.title} <span class="soft">${document.info.version}</span></h1>
${(document.info.description ?? '').split('\n\n').map(paragraph => html`<p>${paragraph}</p>`)}
<p>The same for programs: <a href="/openapi.json">openapi.json</a>. What error codes mean: <a href="/problems">problems</a>.</p>
<nav aria-label="Contents"><ul>
${tags.map(({ name }) => html`<li><a href="#tag-${name}">${name}</a><ul>${of(name).map(contentsLine)}</ul></li>`)}
<li><a href="#schemas">Schemas</a></li>
</ul></nav>
<main>
${tags.map(({ name, description }) => html`<h2 id="tag-${name}">${name}</h2><p>${description}</p>${of(name).map(operationSection)}`)}
<h2 id="schemas">Schemas</h2>
${Object.entries(document.components.schemas ?? {}).map(([name, schema]) => html`<section><h3 id="schema-${name}">${name}</h3>${schemaBody(schema)}</section>`)}
</main>`;
}

interface Placed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operationsOf(paths: ApiDocument['paths']): readonly Placed[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

function contentsLine({ method, path, operation }: Placed): Html {
  return html`<li><a href="#${operation.operationId ?? path}"><code>${method.toUpperCase()} ${path}</code></a> ${operation.summary}</li>`;
}

function operationSection({ method, path, operation }: Placed): Html {
  const { parameters = [], requestBody, responses } = operation;
  return html`<section class="operation">
<h3 id="${operation.operationId ?? path}"><span class="method">${method}</span> <code>${path}</code></h3>
<p><strong>${operation.summary}.</strong> ${operation.description ?? ''}</p>
${parameters.length === 0 ? '' : html`<h4>Parameters</h4><dl>${parameters.map(parameterLine)}</dl>`}
${requestBody === undefined ? '' : html`<h4>Body</h4>${contentOf(requestBody.content)}`}
<h4>Answers</h4>
<dl>${Object.entries(responses).map(([status, response]) => html`<dt><code>${status}</code></dt><dd>${response.description}${contentOf(response.content ?? {})}</dd>`)}</dl>
</section>`;
}

function parameterLine(parameter: NonNullable<Operation['parameters']>[number]): Html {
  const { name, in: place, required, schema } = parameter;
  return html`<dt><code>${name}</code> <span class="soft">${place}, ${typeOf(schema)}${required === true ? ', required' : ''}</span></dt><dd>${parameter.description ?? schema.description ?? ''}</dd>`;
}

function contentOf(content: Readonly<Record<string, MediaType>>): readonly Html[] {
  return Object.entries(content).map(([type, { schema, example }]) => {
    // Every problem has one shape; its schema and page say more than fifty examples.
    if (type === 'application/problem+json') return html``;
    const shown =
      example === undefined
        ? ''
        : html`<details><summary>Example</summary><pre>${JSON.stringify(example, null, 2)}</pre></details>`;
    return html`<div><span class="soft">${type}</span> ${schema === undefined ? '' : schemaBody(schema)}${shown}</div>`;
  });
}

function schemaBody(schema: JsonSchema): Html {
  if (schema.$ref !== undefined) return html`<p>${reference(schema.$ref)}</p>`;
  const inner = insideOf(schema);
  return html`${schema.description === undefined ? '' : html`<p>${schema.description}</p>`}${inner === null ? html`<p class="soft">${typeOf(schema)}</p>` : inner}`;
}

/** The fields of an object, or of the objects in a list; `null` where there are none to show. */
function insideOf(schema: JsonSchema): Html | null {
  const { properties, items, anyOf, oneOf, allOf, additionalProperties } = schema;
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) =>
      fieldLine(name, field, schema.required?.includes(name) === true),
    );
    return html`<dl>${fields}</dl>`;
  }
  if (items !== undefined && items.$ref === undefined) return insideOf(items);
  const variants = [...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])].filter(
    variant => variant.properties !== undefined,
  );
  if (variants.length > 0)
    return html`<dl>${variants.map((variant, index) => html`<dt class="soft">form ${index + 1}</dt><dd>${insideOf(variant)}</dd>`)}</dl>`;
  if (typeof additionalProperties === 'object' && additionalProperties.$ref === undefined)
    return insideOf(additionalProperties);
  return null;
}

function fieldLine(name: string, field: JsonSchema, required: boolean): Html {
  const inner = insideOf(field);
  return html`<dt><code>${name}</code> <span class="soft">${typeOf(field)}${required ? '' : ', optional'}</span></dt><dd>${field.description ?? ''}${inner ?? ''}</dd>`;
}

/** The kind of value in a few words, with a link where it has a name. */
function typeOf(schema: JsonSchema): Html | string {
  const { $ref, type, items, anyOf, oneOf, allOf, additionalProperties } = schema;
  if ($ref !== undefined) return reference($ref);
  const variants = anyOf ?? oneOf ?? allOf;
  if (variants !== undefined)
    return html`${variants.map((variant, index) => html`${index === 0 ? '' : ' or '}${typeOf(variant)}`)}`;
  if (schema.enum !== undefined) return schema.enum.map(value => String(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const name = Array.isArray(type) ? type.join(' or ') : String(type ?? 'any JSON');
  if (items !== undefined) return html`${name} of ${typeOf(items)}`;
  if (typeof additionalProperties === 'object') return html`${name} of ${typeOf(additionalProperties)}`;
  const { minimum, maximum, format } = schema;
  const range = minimum === undefined ? '' : maximum === undefined ? ` from ${minimum}` : ` ${minimum} to ${maximum}`;
  return `${name}${format === undefined ? '' : ` (${format})`}${range}`;
}

function reference(ref: string): Html {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return html`<a href="#schema-${name}">${name}</a>`;
}
