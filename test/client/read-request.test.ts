import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCompleteRequest } from '../../src/client/read-request.ts';

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });

const facts: readonly (readonly [unknown, string])[] = [
  [{ messages: [] }, 'messages: must not be empty'],
  [{ mesages: [] }, 'messages is missing; mesages is not known: did you mean messages?'],
  [
    { ...user('hi'), max_tokens: 9 },
    'max_tokens is not known: did you mean settings.maximumOutputTokens?',
  ],
  [
    { ...user('hi'), settings: { temprature: 1 } },
    'settings.temprature is not known: did you mean temperature?',
  ],
  [
    { ...user('hi'), settings: { topP: 3 } },
    'settings.topP is 3: too big: expected number to be <=1',
  ],
  [
    user([{ type: 'picture' }]),
    'messages.0.content.0.type is "picture": must be one of text, image, file',
  ],
  [
    user([{ type: 'image', url: 'file:///etc/passwd' }]),
    'messages.0.content.0.url is "file:///etc/passwd": must be an address with http or https',
  ],
  [
    user([{ type: 'image', path: 'receipt.png' }]),
    'messages.0.content.0.path is not known; messages.0.content.0: must have data or url, and not both',
  ],
  [
    user([{ type: 'image', data: 'no base64!' }]),
    'messages.0.content.0.data is "no base64!": must be base64',
  ],
  [{ ...user('hi'), toolChoice: 'auto' }, 'toolChoice is "auto": needs tools'],
  [
    { ...user('hi'), tools: [{ name: 'a', parameters: {} }], toolChoice: { tool: 'b' } },
    'toolChoice.tool is "b": is none of the tools',
  ],
  [user(5), 'messages.0.content is 5: must be string or array'],
  [[], 'it: invalid input: expected object, received array'],
];

for (const [given, says] of facts) {
  test(`a request that is refused: ${says}`, () => {
    assert.throws(() => readCompleteRequest(given), {
      name: 'ClientError',
      message: `the request does not fit: ${says}`,
    });
  });
}

test('a request is taken as it is, without the name of its schema', () => {
  assert.deepEqual(readCompleteRequest({ $schema: './request.schema.json', ...user('hi') }), {
    messages: [{ role: 'user', content: 'hi' }],
  });
});
