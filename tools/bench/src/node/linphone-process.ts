/** `linphone-process COUNT LIMIT_MS`, in a network of its own: milliseconds of each transfer among three linphonec, as JSON. */
import { linphoneTransfers } from './linphone.ts';

const [count, limitMs] = process.argv.slice(2).map(Number) as [number, number];
console.log(JSON.stringify(await linphoneTransfers(count, limitMs)));
process.exit(0);
