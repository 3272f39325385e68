#!/usr/bin/env node
import process from 'node:process';
import { VERSION } from '../version.ts';

const HELP = `switchhook ${VERSION}: a SIP desk phone

  switchhook phone [--config FILE] [--check] [--keys terminal]   run the phone, or only check its configuration
  switchhook setup [--config FILE] [--force]                     ask four questions, register once, write the configuration
  switchhook setup keys --lines "GPIO5 GPIO6 …" | --input NAME   ask for each key and the handset, learn the wiring, write it
  switchhook setup headset [--config FILE] [--seconds N]         look for Bluetooth headsets, pair one, write it
  switchhook doctor [--config FILE] [--bridge FILE] [--json]     look at keypad, sound, registration; say what is wrong and what helps
  switchhook doctor --watch [--config FILE]                      show each contact, key and hook live, while no phone runs
  switchhook ctl [--socket PATH] [--json] VERB [ARGUMENT…]       tell a running phone what to do
  switchhook ctl state | watch                                   what it is doing, once or as it changes
  switchhook ctl transfer.explain [ID]                           the REFER that would be sent now, why, and what comes after it
  switchhook ctl transfer.list | transfer.export ID [--as ladder|json|pcap|svg] [--out FILE] [--config FILE | --folder PATH]
                                                                 the SIP messages of past transfers, secrets cut out
  switchhook --help | --version

Verbs: dial NUMBER, answer, reject, hangup, hold, resume, swap, dtmf DIGITS, mute [on|off], transfer.start [NUMBER],
transfer.complete ID, transfer.cancel ID, transfer.swap ID, transfer.blind NUMBER, audio.route handset|headset|speaker,
audio.volume PERCENT, settings.set KEY VALUE, system.reregister, and every key: key.transfer, hook.lift, …
Exit codes of ctl: 0 done, 1 failed, 2 wrong command line, 3 no phone answers, 4 transfer outcome unknown.
`;

/** Each subcommand is loaded only when it is asked for: ctl never reads what the phone is made of. */
async function run(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  switch (rest.includes('--help') ? '--help' : command) {
    case 'phone':
      return (await import('./phone-command.ts')).phoneCommand(rest);
    case 'setup':
      if (rest[0] === 'keys') return (await import('./setup-keys-command.ts')).setupKeysCommand(rest.slice(1));
      if (rest[0] === 'headset') return (await import('./setup-headset-command.ts')).setupHeadsetCommand(rest.slice(1));
      return (await import('./setup-command.ts')).setupCommand(rest);
    case 'doctor':
      return (await import('./doctor-command.ts')).doctorCommand(rest);
    case 'ctl':
      return (await import('./ctl-command.ts')).ctlCommand(rest);
    case '--version':
    case '-v':
      process.stdout.write(`${VERSION}\n`);
      return 0;
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case undefined:
      process.stderr.write(HELP);
      return 2;
    default:
      process.stderr.write(`switchhook: unknown command ${command}; try switchhook --help\n`);
      return 2;
  }
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`switchhook: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
