import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { type ApiErrorCode, STATUS_BY_CODE } from './api-error.ts';
import { BATCH_OPERATIONS } from './batch-route.ts';
import { CARRIER_OPERATIONS } from './carrier-route.ts';
import { CHANNEL_OPERATIONS } from './channel-route.ts';
import { HEALTH_OPERATIONS } from './health-route.ts';
import { HOTLIST_OPERATIONS } from './hotlist-route.ts';
import { LOAD_DESK_OPERATIONS } from './load-desk-route.ts';
import { METRICS_OPERATIONS } from './metrics-route.ts';
import type { Access, Content, Operation } from './operation.ts';
import { OPERATOR_OPERATIONS } from './operator-route.ts';
import { PAYMENT_OPERATIONS } from './payment-route.ts';
import { PENDING_LOAD_OPERATIONS } from './pending-load-route.ts';
import { PHONE_OPERATIONS } from './phone-route.ts';
import { STATEMENT_OPERATIONS } from './statement-route.ts';
import { UPLOAD_OPERATIONS } from './upload-route.ts';

/** Every route, in the order of api.md. */
export const OPERATIONS: readonly Operation[] = [
  ...HEALTH_OPERATIONS,
  ...METRICS_OPERATIONS,
  ...BATCH_OPERATIONS,
  ...UPLOAD_OPERATIONS,
  ...PENDING_LOAD_OPERATIONS,
  ...HOTLIST_OPERATIONS,
  ...OPERATOR_OPERATIONS,
  ...STATEMENT_OPERATIONS,
  ...CARRIER_OPERATIONS,
  ...PAYMENT_OPERATIONS,
  ...PHONE_OPERATIONS,
  ...CHANNEL_OPERATIONS,
  ...LOAD_DESK_OPERATIONS,
];

export interface Group {
  readonly name: string;
  readonly description: string;
}

export const GROUP_BY_ACCESS: Readonly<Record<Access, Group>> = {
  terminal: { name: 'Terminals', description: 'What a terminal sends is signed by it.' },
  operator: { name: 'Operators', description: "The issuer's staff, with the operator token." },
  carrier: { name: 'Carrier', description: "The carrier's staff, with the carrier token." },
  payment: { name: 'Payments', description: 'The issuer at the carrier, with the payment token.' },
  phone: { name: 'Phones', description: 'A phone at the carrier, with the token of its own.' },
  channel: {
    name: 'Channel',
    description: 'The issuer at the carrier: cards in phones, with the channel token.',
  },
  'remote-load': {
    name: 'Remote loads',
    description: "The issuer's terminals that load phones, with the remote-load token.",
  },
  anybody: { name: 'Anybody', description: 'No token is needed.' },
};

const TOKEN_BY_ACCESS: Readonly<Partial<Record<Access, string>>> = {
  operator: 'operatorToken',
  carrier: 'carrierToken',
  payment: 'paymentToken',
  phone: 'phoneToken',
  channel: 'channelToken',
  'remote-load': 'remoteLoadToken',
};

const PROBLEM = {
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
};

/** Which batches a terminal is asked to send again. */
const MISSING = z.strictObject({ first: z.int().min(1), last: z.int().min(1) }).optional();

/** The OpenAPI 3.1 document of all routes, as a value for JSON. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  const bearer = (description: string) =>
    ({ type: 'http', scheme: 'bearer', description }) as const;
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Kazasu',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'What terminals, operators and parties ask of issuer and carrier. Amounts are yen.',
    },
    servers: [{ url: '/' }],
    tags: Object.values(GROUP_BY_ACCESS).map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        operatorToken: bearer("`operator-token` of the issuer's data directory"),
        carrierToken: bearer('`carrier-token` of the data directory'),
        paymentToken: bearer('`payment-token` of the data directory'),
        phoneToken: bearer('what `carrier enrol-handset` made for the phone'),
        channelToken: bearer('`channel-token` of the data directory'),
        remoteLoadToken: bearer('`remote-load-token` of the data directory'),
      },
    },
  });
}

/** What a request may be refused for. */
export function errorsOf(operation: Operation): readonly ApiErrorCode[] {
  const { params, headers, body, errors } = operation;
  const needsToken = TOKEN_BY_ACCESS[operation.access] !== undefined;
  // A path with a broken escape cannot be read either.
  const isRead = params !== undefined || headers !== undefined || body !== undefined;
  return [
    'REQUEST_TOO_MANY',
    ...when(needsToken, 'REQUEST_UNAUTHORIZED'),
    ...when(body !== undefined, 'REQUEST_TYPE_UNSUPPORTED', 'REQUEST_TOO_LARGE'),
    ...when(isRead, 'REQUEST_MALFORMED'),
    ...when(params !== undefined, 'REQUEST_NOT_FOUND'),
    ...errors,
    'REQUEST_UNAVAILABLE',
    'REQUEST_FAILED',
  ];
}

function when(isSo: boolean, ...codes: readonly ApiErrorCode[]): readonly ApiErrorCode[] {
  return isSo ? codes : [];
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { id, summary, access, params, headers, body, isBodyOptional = false } = operation;
  const token = TOKEN_BY_ACCESS[access];
  return {
    operationId: id,
    summary,
    tags: [GROUP_BY_ACCESS[access].name],
    security: token === undefined ? [] : [{ [token]: [] }],
    ...((params ?? headers) && {
      requestParams: { ...(params && { path: params }), ...(headers && { header: headers }) },
    }),
    ...(body && { requestBody: { required: !isBodyOptional, content: contentOf(body) } }),
    responses: { ...answersOf(operation), ...problemsOf(operation) },
  };
}

function answersOf({ answer, statuses }: Operation): Record<string, ZodOpenApiResponseObject> {
  const answers = Object.entries(statuses).map(([status, description]) => {
    const isEmpty = status === '304';
    return [status, { description, ...(!isEmpty && { content: contentOf(answer) }) }] as const;
  });
  return Object.fromEntries(answers);
}

function problemsOf(operation: Operation): Record<string, ZodOpenApiResponseObject> {
  const codes = errorsOf(operation);
  const problems = [...new Set(codes.map((code) => STATUS_BY_CODE[code]))].map((status) => {
    const ofStatus = codes.filter((code) => STATUS_BY_CODE[code] === status);
    const mayAsk = ofStatus.includes('BATCH_SEQUENCE_GAP');
    const code = z.enum(ofStatus);
    const schema = z.strictObject({ ...PROBLEM, code, ...(mayAsk && { missingBatches: MISSING }) });
    const description = STATUS_CODES[status] ?? `${status}`;
    return [
      `${status}`,
      { description, content: { 'application/problem+json': { schema } } },
    ] as const;
  });
  return Object.fromEntries(problems);
}

function contentOf(content: Content): ZodOpenApiResponseObject['content'] & object {
  if (content === 'octets') return { 'application/octet-stream': { schema: octets } };
  if (content === 'text') return { 'text/plain': { schema: z.string() } };
  return { 'application/json': { schema: content } };
}

const octets = { type: 'string', format: 'binary' } as const;
