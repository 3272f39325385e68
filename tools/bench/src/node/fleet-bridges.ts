/** `fleet-bridges.js URL FOLDER FROM TO`: the bridges of phones FROM to TO as instances that share this process. */
import { join } from 'node:path';
import process from 'node:process';
import { readConfiguration, runBridge } from '@switchhook/mqtt-bridge/node';

const [url = '', folder = '', from = '1', to = '0'] = process.argv.slice(2);
/** On a machine that starts hundreds at once many a first attempt is late; each is tried again. */
const log = { info() {}, warn() {} };
for (let n = Number(from); n <= Number(to); n++) {
  const read = readConfiguration({
    id: `phone${n}`,
    broker: { url },
    control: join(folder, `${n}.sock`),
    stateFolder: folder,
  });
  if (!read.ok) throw new Error(read.troubles.join('; '));
  runBridge(read.value, '0.1.0', log);
}
process.send?.('started');
process.once('disconnect', () => process.exit(0));
