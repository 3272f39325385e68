import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../desk-phone.ts';
import { Authority, type Certified } from './authority.ts';

const MODULES = [
  'sl',
  'tm',
  'pv',
  'rr',
  'maxfwd',
  'usrloc',
  'registrar',
  'textops',
  'siputils',
  'auth',
  'kex',
  'tmx',
  'tls',
];
/** Debian's, for the machine at hand. */
const FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'].map(
  (lib) => `${lib}/kamailio/modules`,
);

export const REALM = 'office';

/** What has to be installed for the registrar and proxy; undefined when it is here. */
export function kamailioMissing(): string | undefined {
  if (spawnSync('/usr/sbin/kamailio', ['-v']).error !== undefined) return 'kamailio (apt-get install kamailio)';
  if (!existsSync(`${moduleFolder()}/tls.so`)) return 'tls.so of kamailio (apt-get install kamailio-tls-modules)';
  return spawnSync('openssl', ['version']).error === undefined ? undefined : 'openssl (apt-get install openssl)';
}

/** A registrar and proxy of UDP, TCP and TLS at `host`: asks everybody for `password`, and stays in every dialog's route. */
export async function startKamailio(
  host: string,
  password: string,
  folder: string,
): Promise<{ readonly authority: Authority; close(): Promise<void> }> {
  const file = join(folder, 'kamailio.cfg');
  const office = new Authority(folder);
  const own = office.issue(host);
  writeFileSync(file, configuration(host, password, own));
  const log = openSync(join(folder, 'kamailio.log'), 'w');
  const args = ['-f', file, '-DD', '-Y', folder, '-P', join(folder, 'kamailio.pid'), '-m', '64', '-M', '8'];
  const child: ChildProcess = spawn('/usr/sbin/kamailio', args, {
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true,
  });
  const answers = () => spawnSync('ss', ['-Hltn', `( sport = :5061 )`], { encoding: 'utf8' }).stdout.includes('5061');
  await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`kamailio ended with ${child.exitCode}; see ${folder}/kamailio.log`);
      return answers();
    },
    20_000,
    () => 'kamailio does not listen',
  );
  return {
    authority: office,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      // its workers are of its own process group
      const force = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 5000);
      await gone;
      clearTimeout(force);
    },
  };
}

function moduleFolder(): string {
  return FOLDERS.find((each) => existsSync(each)) ?? FOLDERS[0]!;
}

function configuration(host: string, password: string, own: Certified): string {
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
dns=no
rev_dns=no
listen=udp:${host}:5060
listen=tcp:${host}:5060
enable_tls=yes
listen=tls:${host}:5061
mpath="${moduleFolder()}/"
${MODULES.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("rr", "enable_full_lr", 1)
modparam("usrloc", "db_mode", 0)
modparam("tls", "certificate", "${own.cert}")
modparam("tls", "private_key", "${own.key}")
modparam("tls", "tls_method", "TLSv1.2+")
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) {
      # a GRUU of ours is an address of ours
      if (uri==myself) lookup("location");
      if (!t_relay()) sl_reply_error();
      exit;
    }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if (is_method("ACK")) exit;
  if (t_precheck_trans()) { t_check_trans(); exit; }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${REALM}", "${password}", "0")) { www_challenge("${REALM}", "1"); exit; }
    # who only connects is reached over that connection (RFC 5923)
    if (proto==TLS) force_tcp_alias();
    if (!save("location", "0x04")) sl_reply_error();
    exit;
  }
  if (!is_method("INVITE|REFER|OPTIONS|MESSAGE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  if (is_method("INVITE|REFER")) {
    if (!pv_proxy_authenticate("${REALM}", "${password}", "0")) { proxy_challenge("${REALM}", "1"); exit; }
    consume_credentials();
    record_route();
  }
  if (uri==myself && !lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  if (!t_relay()) sl_reply_error();
}
`;
}
