/** The OpenAPI document, made from the table of routes: what it says is what is checked and answered. */
import { z } from 'zod';
import program from '../../package.json' with { type: 'json' };
import { apiRoutes } from './routes.ts';
import { type ProblemName, problemAnswer, problems } from './schemas.ts';

export const documentPath = '/api/v1/openapi.json';

/** What any route may say. */
const everyProblem = Object.keys(problems) as ProblemName[];

export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: '入席 Ruxi',
      version: program.version,
      description: 'Read only. Instants are in UTC, money is whole fen.',
    },
    security: [],
    paths: {
      ...Object.fromEntries(apiRoutes.map((route) => [route.path, { get: operationOf(route) }])),
      [documentPath]: {
        get: {
          ...{ operationId: 'Document', summary: 'This document; no key is asked for.' },
          responses: {
            200: json('The document.', 'application/json', { type: 'object' }),
            ...problemsOf(['too-many-requests']),
          },
        },
      },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ...Object.fromEntries(apiRoutes.map(({ name, answer }) => [name, schemaOf(answer)])),
        Problem: schemaOf(problemAnswer),
      },
    },
  };
}

function operationOf({ name, summary, scope, parameters, keepable }: (typeof apiRoutes)[number]) {
  const { properties = {}, required = [] } = schemaOf(parameters);
  return {
    ...{ operationId: name, summary, description: `Asks for a key with the scope \`${scope}\`.` },
    security: [{ key: [scope] }],
    parameters: Object.entries(properties).map(([parameter, schema]) => ({
      ...{ name: parameter, in: 'query', required: required.includes(parameter), schema },
    })),
    responses: {
      200: json(summary, 'application/json', { $ref: `#/components/schemas/${name}` }),
      ...(keepable && { 304: { description: 'It is as `If-None-Match` says.' } }),
      ...problemsOf(everyProblem),
    },
  };
}

const problemsOf = (names: readonly ProblemName[]) =>
  Object.fromEntries(
    names.map((name) => [
      problems[name].status,
      json(problems[name].title, 'application/problem+json', {
        $ref: '#/components/schemas/Problem',
      }),
    ]),
  );

const json = (description: string, type: string, schema: object) => ({
  ...{ description, content: { [type]: { schema } } },
});

/** As others write it: before anything is read from a text. */
function schemaOf(schema: z.ZodType) {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
