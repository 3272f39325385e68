import process from 'node:process';
import { parseArgs } from 'node:util';
import type { PhoneNotice, Publication, Snapshot, TransferExplanation } from '@switchhook/phone/control';
import { type ControlClient, connectControl, defaultControlPath } from '@switchhook/phone/control/node';
import { type CtlRequest, type JournalRequest, parseCtl } from '../ctl/arguments.ts';
import { describeExplanation } from '../ctl/explanation-text.ts';
import { describeAnswer, describeNotice, describeState, EXIT, exitCode } from '../ctl/outcome.ts';

/** `switchhook ctl …`: one command to a running phone; the exit code tells its outcome. */
export async function ctlCommand(words: readonly string[]): Promise<number> {
  const { socket, json, rest, fault } = ownOptions(words);
  if (fault !== undefined) return complain(fault, EXIT.usage);
  const parse = parseCtl(rest);
  if (!parse.ok) return complain(parse.message, EXIT.usage);
  const { request } = parse;
  if (request.name === 'list' || request.name === 'export')
    return (await import('./journal-command.ts')).journalCommand(request, json);
  let client: ControlClient;
  try {
    client = await connectControl(socket ?? process.env['SWITCHHOOK_SOCKET'] ?? defaultControlPath());
  } catch (error) {
    return complain((error as Error).message, EXIT.unreachable);
  }
  try {
    return await perform(client, request, json);
  } catch (error) {
    return complain((error as Error).message, EXIT.unreachable);
  } finally {
    client.close();
  }
}

async function perform(
  client: ControlClient,
  request: Exclude<CtlRequest, JournalRequest>,
  json: boolean,
): Promise<number> {
  switch (request.name) {
    case 'watch':
      return watch(client, json);
    case 'state': {
      const answer = await client.request('state.get');
      if (answer.phase === 'failed') return complain(describeAnswer('state', answer), EXIT.failed);
      const state = answer.result as unknown as Snapshot;
      print(json ? JSON.stringify(state) : describeState(state).join('\n'));
      return EXIT.done;
    }
    case 'explain': {
      const { transferId } = request;
      const answer = await client.request('transfer.explain', transferId === undefined ? {} : { transferId });
      if (answer.phase === 'failed') return complain(describeAnswer('transfer.explain', answer), EXIT.failed);
      const explained = answer.result as unknown as TransferExplanation;
      print(json ? JSON.stringify(explained) : describeExplanation(explained).join('\n'));
      return EXIT.done;
    }
    case 'command': {
      const answer = await client.request(request.verb, request.args);
      const text = json ? JSON.stringify(answer) : describeAnswer(request.verb, answer);
      if (answer.phase === 'done' || json) print(text);
      else process.stderr.write(`${text}\n`);
      return exitCode(answer);
    }
    default:
      throw request satisfies never;
  }
}

/** Print every picture and event until the phone goes or the person interrupts. */
async function watch(client: ControlClient, json: boolean): Promise<number> {
  const over = new Promise<number>((resolve) => {
    client.onClose = () => resolve(EXIT.unreachable);
    process.once('SIGINT', () => resolve(EXIT.done));
    process.stdout.once('error', () => resolve(EXIT.done));
  });
  client.onPublication = (publication: Publication) => {
    if (json) print(JSON.stringify(publication));
    else if (publication.type === 'state')
      print(`${publication.ts.slice(11, 19)} ${describeState(publication).join(' | ')}`);
    else if (publication.type === 'event') print(describeNotice(publication as PhoneNotice & { readonly ts: string }));
  };
  await client.request('subscribe', { topics: ['state', 'event'] });
  return over;
}

interface OwnOptions {
  readonly socket: string | undefined;
  readonly json: boolean;
  readonly rest: readonly string[];
  readonly fault: string | undefined;
}

/** Options of ctl itself stand before the verb; `--json` may stand anywhere. */
function ownOptions(words: readonly string[]): OwnOptions {
  const json = words.includes('--json');
  const others = words.filter((word) => word !== '--json');
  const verbAt = others.findIndex((word, i) => !word.startsWith('--') && others[i - 1] !== '--socket');
  const own = verbAt < 0 ? others : others.slice(0, verbAt);
  try {
    const { values } = parseArgs({ args: [...own], options: { socket: { type: 'string' } }, strict: true });
    return { socket: values.socket, json, rest: verbAt < 0 ? [] : others.slice(verbAt), fault: undefined };
  } catch (error) {
    return { socket: undefined, json, rest: [], fault: `${(error as Error).message}; try switchhook --help` };
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(message: string, code: number): number {
  process.stderr.write(`switchhook ctl: ${message}\n`);
  return code;
}
