import assert from 'node:assert/strict';
import { test } from 'uvu';
import { BYTES, GPIO_IOCTL } from './request-codes.ts';
import {
  decodeChipInfo,
  decodeEvents,
  decodeLineInfo,
  decodeValues,
  encodeConfig,
  encodeRequest,
  encodeValues,
  type LineWish,
  requestFd,
} from './structs.ts';

// The expected octets are what a C program that fills the structs of linux/gpio.h writes: `offset:octet`, zeros left out.
const written = (bytes: Uint8Array): string =>
  [...bytes].flatMap((octet, at) => (octet === 0 ? [] : [`${at}:${octet.toString(16).padStart(2, '0')}`])).join(' ');

function octets(size: number, text: string): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const pair of text.split(' ')) {
    const [at, octet] = pair.split(':') as [string, string];
    bytes[Number(at)] = Number.parseInt(octet, 16);
  }
  return bytes;
}

const key: LineWish = { offset: 5, direction: 'input', activeLow: true, bias: 'pull-up', edges: true };
const row: LineWish = {
  offset: 17,
  direction: 'output',
  activeLow: false,
  drive: 'open-drain',
  bias: 'as-is',
  value: true,
};

test('GPIO v2: the request codes are those of linux/gpio.h', () => {
  assert.deepEqual(
    Object.values(GPIO_IOCTL).map((code) => code.toString(16)),
    ['8044b401', 'c100b405', 'c250b407', 'c110b40d', 'c010b40e', 'c010b40f'],
  );
});

test('GPIO v2: a request of an input and an output line lies as in the kernel, kinds by attribute', () => {
  assert.equal(
    written(encodeRequest([key, row], 'switchhook')),
    '0:05 4:11 256:73 257:77 258:69 259:74 260:63 261:68 262:68 263:6f 264:6f 265:6b 288:36 289:01 296:02 320:01 328:48 ' +
      '336:02 344:02 352:02 360:02 560:02',
  );
  assert.equal(requestFd(octets(BYTES.lineRequest, '588:07')), 7);
});

test('GPIO v2: lines of a request are configured anew by its middle part', () => {
  assert.equal(written(encodeConfig([key, row])), '0:36 1:01 8:02 32:01 40:48 48:02 56:02 64:02 72:02');
});

test('GPIO v2: lines of one kind need no attribute, and outputs start with their value', () => {
  const bytes = encodeRequest([key, { ...key, offset: 6 }], 'x');
  assert.equal(bytes[296], 0);
  const outputs = encodeRequest([row, { ...row, offset: 3, value: false }], 'x');
  assert.deepEqual([outputs[296], outputs[320], outputs[328], outputs[336]], [1, 2, 0b01, 0b11]);
});

test('GPIO v2: 64 lines are the most, and a long consumer name is cut with its end', () => {
  const many = Array.from({ length: 64 }, (_, offset) => ({ ...key, offset }));
  assert.equal(encodeRequest(many, 'c'.repeat(99))[287], 0);
  assert.throws(() => encodeRequest([...many, key], 'x'), /1 to 64/);
});

test('GPIO v2: a line tells its name, its holder and its state', () => {
  const told = '0:47 1:50 2:49 3:4f 4:31 5:37 32:6f 33:6e 34:62 35:6f 36:61 37:72 38:64 64:11 72:09';
  assert.deepEqual(decodeLineInfo(octets(BYTES.lineInfo, told)), {
    offset: 17,
    name: 'GPIO17',
    consumer: 'onboard',
    used: true,
    direction: 'output',
    activeLow: false,
  });
});

test('GPIO v2: a chip tells its label and how many lines it has', () => {
  const told = '0:67 1:30 32:70 33:31 64:36';
  assert.deepEqual(decodeChipInfo(octets(BYTES.chipInfo, told)), { name: 'g0', label: 'p1', lines: 54 });
});

test('GPIO v2: events carry the moment of the interrupt; half an event is dropped', () => {
  const falling = octets(BYTES.lineEvent, '0:cb 1:04 2:fb 3:71 4:1f 5:01 8:02 12:11 16:09 20:03');
  const two = new Uint8Array([...falling, ...falling.with(8, 1), 1, 2, 3]);
  assert.deepEqual(decodeEvents(two), [
    { atMs: 1_234_567.89, offset: 17, high: false, sequence: 9 },
    { atMs: 1_234_567.89, offset: 17, high: true, sequence: 9 },
  ]);
});

test('GPIO v2: values are bits by index in the request, and only masked ones are set', () => {
  assert.equal(
    written(
      encodeValues(
        new Map([
          [0, true],
          [9, false],
          [33, true],
        ]),
      ),
    ),
    '0:01 4:02 8:01 9:02 12:02',
  );
  assert.deepEqual(decodeValues(octets(16, '0:05'), 4), [true, false, true, false]);
});

test.run();
