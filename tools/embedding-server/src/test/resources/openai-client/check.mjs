// SPDX-License-Identifier: Apache-2.0
// Drives the server at argv[2] with OpenAI's own client; an assertion that fails ends the process with an error.
import assert from 'node:assert/strict';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

const model = 'all-minilm-l6-v2';
const openai = new OpenAI({ apiKey: 'not needed', baseURL: process.argv[2], maxRetries: 0 });
const embed = (body) => openai.embeddings.create({ model, ...body });
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const assertNear = (a, b) => assert.ok(Math.abs(a - b) < 1e-5, `${a} is not ${b}`);

const ids = [];
for await (const listed of openai.models.list()) ids.push(listed.id);
assert.deepEqual(ids, [model, 'bge-small-en-v1.5', 'e5-small-v2', 'bge-small-zh-v1.5']);
assert.equal((await openai.models.retrieve(model)).id, model);

// Without a format the client asks for base64 and decodes it.
const texts = ['a dog', 'puppy', 'tax law'];
const decoded = await embed({ input: texts });
assert.deepEqual(decoded.data.map((item) => item.index), [0, 1, 2]);
assert.deepEqual(decoded.usage, { prompt_tokens: 5, total_tokens: 5 });
assert.equal(decoded.model, model);
const [dog, puppy, law] = decoded.data.map((item) => item.embedding);
assert.equal(dog.length, 384);
assertNear(dot(dog, dog), 1);
assert.ok(dot(dog, puppy) > dot(dog, law) + 0.1);

const floats = await embed({ input: 'a dog', encoding_format: 'float' });
assert.deepEqual(floats.data[0].embedding.map(Math.fround), Array.from(dog));
const base64 = await embed({ input: 'a dog', encoding_format: 'base64' });
assert.equal(typeof base64.data[0].embedding, 'string');
assert.equal(Buffer.from(base64.data[0].embedding, 'base64').readFloatLE(4), dog[1]);

const short = (await embed({ input: 'a dog', dimensions: 64, user: 'someone' })).data[0].embedding;
assert.equal(short.length, 64);
assertNear(dot(short, short), 1);
assertNear(short[1] / short[0], dog[1] / dog[0]);

const refused = async (promise, kind, fields) => {
  const error = await promise.then(() => assert.fail('expected a refusal'), (reason) => reason);
  assert.ok(error instanceof kind, String(error));
  for (const [name, value] of Object.entries(fields)) assert.equal(error[name], value);
};
await refused(openai.models.retrieve('gpt-4'), NotFoundError, { code: 'model_not_found' });
await refused(embed({ model: 'gpt-4', input: 'a' }), NotFoundError, { code: 'model_not_found', param: 'model' });
await refused(embed({ input: '' }), BadRequestError, { type: 'invalid_request_error', param: 'input' });
await refused(embed({ input: [] }), BadRequestError, { param: 'input' });
await refused(embed({ input: [1, 2, 3] }), BadRequestError, { param: 'input' });
await refused(embed({ input: 'a', dimensions: 385 }), BadRequestError, { param: 'dimensions' });
