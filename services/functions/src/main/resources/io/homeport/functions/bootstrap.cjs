// Runs a Node.js function: takes events from the Lambda Runtime API and answers their results.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const util = require('node:util');
const { pathToFileURL } = require('node:url');

const BASE = '/2018-06-01/runtime/';
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let requestId = '';

// --- the runtime API

function call(method, what, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const bytes = body === undefined ? undefined : Buffer.from(body);
    if (bytes) {
      headers['Content-Length'] = bytes.length;
    }
    const request = http.request(
      { host, port, method, path: BASE + what, headers, agent },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ headers: response.headers, body: Buffer.concat(parts).toString('utf8') }));
      });
    request.setNoDelay(true);
    request.on('error', reject);
    request.end(bytes);
  });
}

// Without the server there is nothing left to run for.
function gone() {
  process.exit(0);
}

// --- what is printed

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...values) => {
      const text = util.format(...values);
      const time = new Date().toISOString();
      print(`${time}\t${requestId || 'undefined'}\t${level}\t${text}\n`);
    };
  }
}

// Written at once, so that nothing is missing when the process dies.
function print(text) {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        return;
      }
    }
  }
}

// --- failures

class Failure extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

function document(error) {
  if (!util.types.isNativeError(error) && !(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = String(error.stack || '').split('\n')
    .filter((line) => !line.includes(__filename));
  return { errorType: error.name, errorMessage: error.message, trace };
}

function report(title, error) {
  const shown = document(error);
  const more = error && typeof error === 'object' ? { ...error } : {};
  const text = JSON.stringify({ errorType: shown.errorType, errorMessage: shown.errorMessage, ...more, stack: shown.trace });
  console.error(`${title} \t${text}`);
  return shown;
}

// --- finding the handler

function fileOf(folder, name) {
  const base = path.resolve(process.env.LAMBDA_TASK_ROOT, folder, name);
  return ['', '.js', '.mjs', '.cjs'].map((suffix) => base + suffix)
    .find((file) => fs.existsSync(file) && fs.statSync(file).isFile());
}

function isModule(file) {
  if (file.endsWith('.mjs') || file.endsWith('.cjs')) {
    return file.endsWith('.mjs');
  }
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) {
      return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
    }
    if (folder === path.dirname(folder)) {
      return false;
    }
  }
}

async function load(name) {
  const last = path.basename(name);
  const dot = last.indexOf('.');
  if (dot <= 0 || name.includes('..')) {
    throw new Failure('Runtime.MalformedHandlerName', `Bad handler '${name}'`);
  }
  const module = last.substring(0, dot);
  const file = fileOf(path.dirname(name), module);
  if (!file) {
    throw new Failure('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  }
  let loaded;
  try {
    loaded = isModule(file) ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new Failure('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    }
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw new Failure('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
  const parts = last.substring(dot + 1).split('.');
  const find = (from) => parts.reduce((at, part) => (at === undefined || at === null ? undefined : at[part]), from);
  const handler = find(loaded) ?? find(loaded.default);
  if (typeof handler !== 'function') {
    throw new Failure('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  return handler;
}

// --- running it

function contextOf(headers, settle) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const env = process.env;
  const client = headers['lambda-runtime-client-context'];
  return {
    callbackWaitsForEmptyEventLoop: true,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client ? JSON.parse(client) : undefined,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, value) => settle(error, value, false),
    fail: (error) => settle(error ?? 'handled', undefined, false),
    succeed: (value) => settle(null, value, false),
  };
}

// Settles once: by a promise, by the callback, or because nothing is left to wait for. A callback's
// result waits until the event loop is empty unless the function says otherwise.
function invoke(handler, event, headers) {
  return new Promise((resolve) => {
    let settled = false;
    const finish = (outcome) => {
      if (!settled) {
        settled = true;
        process.removeAllListeners('beforeExit');
        resolve(outcome);
      }
    };
    const settle = (error, value, wait) => {
      const outcome = error ? { error } : { value };
      if (wait && context.callbackWaitsForEmptyEventLoop) {
        process.removeAllListeners('beforeExit');
        process.once('beforeExit', () => finish(outcome));
      } else {
        finish(outcome);
      }
    };
    const context = contextOf(headers, settle);
    process.once('beforeExit', () => finish({ value: null }));
    try {
      const result = handler(event, context, (error, value) => settle(error, value, true));
      if (result && typeof result.then === 'function') {
        result.then((value) => finish({ value }), (error) => finish({ error: error ?? 'handled' }));
      }
    } catch (error) {
      finish({ error: error ?? 'handled' });
    }
  });
}

function encode(value) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch (error) {
    throw new Failure('Runtime.UnserializableResult', `Unable to stringify response body: ${error.message}`);
  }
}

async function run(handler) {
  const next = await call('GET', 'invocation/next').catch(gone);
  requestId = next.headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'] ?? '';
  let outcome = await invoke(handler, JSON.parse(next.body), next.headers);
  let body;
  if (!('error' in outcome)) {
    try {
      body = encode(outcome.value);
    } catch (error) {
      outcome = { error };
    }
  }
  if ('error' in outcome) {
    const shown = report('Invoke Error', outcome.error);
    await call('POST', `invocation/${requestId}/error`, JSON.stringify(shown)).catch(gone);
  } else {
    await call('POST', `invocation/${requestId}/response`, body).catch(gone);
  }
}

function watchFor(event, name, code) {
  process.on(event, async (error) => {
    const failure = name ? new Failure(name, `${error?.name ?? 'Error'}: ${error?.message ?? error}`) : error;
    const shown = report(name ? 'Unhandled Promise Rejection' : 'Uncaught Exception', failure);
    const what = requestId ? `invocation/${requestId}/error` : 'init/error';
    await call('POST', what, JSON.stringify(shown)).catch(() => {});
    process.exit(code);
  });
}

async function main() {
  patchConsole();
  watchFor('uncaughtException', '', 129);
  watchFor('unhandledRejection', 'Runtime.UnhandledPromiseRejection', 128);
  let handler;
  try {
    handler = await load(process.env._HANDLER);
  } catch (error) {
    const shown = report('Uncaught Exception', error);
    await call('POST', 'init/error', JSON.stringify(shown)).catch(gone);
    process.exit(1);
  }
  while (true) {
    await run(handler);
  }
}

main();
