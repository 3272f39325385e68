import { createRequire } from 'node:module';
import type koffi from 'koffi';
import { AlsaError } from './alsa-error.ts';

/** An opaque native pointer. */
export type Native = bigint;

/** A cell for one out argument. */
export type Out<T> = [T];

type Call<Arguments extends readonly unknown[], Result = number> = (...args: Arguments) => Result;

/** The functions of libasound that this package calls; `int` results below zero are error numbers. */
export interface AlsaLibrary {
  readonly version: string;
  readonly pcmOpen: Call<[Out<Native | null>, string, number, number]>;
  readonly pcmClose: Call<[Native]>;
  readonly pcmPrepare: Call<[Native]>;
  readonly pcmStart: Call<[Native]>;
  readonly pcmDrop: Call<[Native]>;
  readonly pcmResume: Call<[Native]>;
  readonly pcmState: Call<[Native]>;
  readonly pcmWait: Call<[Native, number]>;
  readonly pcmAvailUpdate: Call<[Native]>;
  readonly pcmDelay: Call<[Native, Out<number>]>;
  readonly pcmReadi: Call<[Native, Int16Array, number]>;
  readonly pcmWritei: Call<[Native, Int16Array, number]>;
  readonly pcmPollDescriptorsCount: Call<[Native]>;
  readonly pcmPollDescriptors: Call<[Native, Uint8Array, number]>;
  readonly hwMalloc: Call<[Out<Native | null>]>;
  readonly hwFree: Call<[Native], void>;
  readonly hwAny: Call<[Native, Native]>;
  readonly hwSetAccess: Call<[Native, Native, number]>;
  readonly hwSetFormat: Call<[Native, Native, number]>;
  readonly hwSetChannels: Call<[Native, Native, number]>;
  readonly hwSetRateNear: Call<[Native, Native, Out<number>, Out<number>]>;
  readonly hwSetPeriodNear: Call<[Native, Native, Out<number>, Out<number>]>;
  readonly hwSetBufferNear: Call<[Native, Native, Out<number>]>;
  readonly hwApply: Call<[Native, Native]>;
  readonly hwGetRate: Call<[Native, Out<number>, Out<number>]>;
  readonly hwGetChannels: Call<[Native, Out<number>]>;
  readonly hwGetPeriod: Call<[Native, Out<number>, Out<number>]>;
  readonly hwGetBuffer: Call<[Native, Out<number>]>;
  readonly swMalloc: Call<[Out<Native | null>]>;
  readonly swFree: Call<[Native], void>;
  readonly swCurrent: Call<[Native, Native]>;
  readonly swSetStartThreshold: Call<[Native, Native, number]>;
  readonly swSetAvailMin: Call<[Native, Native, number]>;
  readonly swApply: Call<[Native, Native]>;
  readonly cardNext: Call<[Out<number>]>;
  readonly cardName: Call<[number, Out<string | null>]>;
  readonly cardLongName: Call<[number, Out<string | null>]>;
  readonly ctlOpen: Call<[Out<Native | null>, string, number]>;
  readonly ctlClose: Call<[Native]>;
  readonly ctlCardInfo: Call<[Native, Native]>;
  readonly cardInfoMalloc: Call<[Out<Native | null>]>;
  readonly cardInfoFree: Call<[Native], void>;
  readonly cardInfoId: Call<[Native], string>;
  readonly hints: Call<[number, string, Out<Native | null>]>;
  readonly hintsFree: Call<[Native]>;
  readonly hintGet: Call<[Native, string], string | null>;
  /** The pointers of a null-terminated list. */
  readonly pointers: (list: Native) => Native[];
}

/** libasound, or the one line that says why it is not there. */
export type Loaded =
  | { readonly available: true; readonly library: AlsaLibrary }
  | { readonly available: false; readonly reason: string };

const SONAMES = ['libasound.so.2', 'libasound.so'];

let loaded: Loaded | undefined;

/** Whether libasound is there and speaks. Never throws. */
export function isAvailable(): boolean {
  return load().available;
}

/** Why `isAvailable()` is false, in one line with what helps; undefined when it is true. */
export function unavailableReason(): string | undefined {
  const found = load();
  return found.available ? undefined : found.reason;
}

/** The loaded library; throws an AlsaError `ENOLIB` when there is none. */
export function library(operation: string, device: string): AlsaLibrary {
  const found = load();
  if (!found.available) throw new AlsaError('ENOLIB', operation, device, found.reason);
  return found.library;
}

function load(): Loaded {
  loaded ??= loadLibrary(SONAMES);
  return loaded;
}

/** Try the given shared-object names in order. Nothing is cached here. */
export function loadLibrary(sonames: readonly string[]): Loaded {
  let native: typeof koffi;
  try {
    native = createRequire(import.meta.url)('koffi') as typeof koffi;
  } catch (error) {
    return { available: false, reason: `koffi does not load on ${process.platform}-${process.arch}: ${line(error)}` };
  }
  let last = 'no name to try';
  for (const soname of sonames) {
    try {
      return { available: true, library: bind(native, soname) };
    } catch (error) {
      last = line(error);
    }
  }
  return { available: false, reason: `libasound does not load; on Debian: apt install libasound2 (${last})` };
}

function line(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}

function bind(native: typeof koffi, soname: string): AlsaLibrary {
  const lib = native.load(soname);
  // Each koffi function is untyped; the interface above is the header file.
  const fn = (result: string, name: string, args: string) => lib.func(`${result} ${name}(${args})`);
  // libasound prints to stderr by itself; its error hook is pointed at a function of its own that does nothing,
  // because a JavaScript hook would be called from the plugins' threads.
  fn('int', 'snd_lib_error_set_handler', 'void *handler')(lib.symbol('snd_asoundlib_version'));
  return {
    version: fn('str', 'snd_asoundlib_version', '')(),
    pcmOpen: fn('int', 'snd_pcm_open', '_Out_ void **pcm, str name, int stream, int mode'),
    pcmClose: fn('int', 'snd_pcm_close', 'void *pcm'),
    pcmPrepare: fn('int', 'snd_pcm_prepare', 'void *pcm'),
    pcmStart: fn('int', 'snd_pcm_start', 'void *pcm'),
    pcmDrop: fn('int', 'snd_pcm_drop', 'void *pcm'),
    pcmResume: fn('int', 'snd_pcm_resume', 'void *pcm'),
    pcmState: fn('int', 'snd_pcm_state', 'void *pcm'),
    pcmWait: fn('int', 'snd_pcm_wait', 'void *pcm, int ms'),
    pcmAvailUpdate: fn('long', 'snd_pcm_avail_update', 'void *pcm'),
    pcmDelay: fn('int', 'snd_pcm_delay', 'void *pcm, _Out_ long *frames'),
    pcmReadi: fn('long', 'snd_pcm_readi', 'void *pcm, void *samples, ulong frames'),
    pcmWritei: fn('long', 'snd_pcm_writei', 'void *pcm, void *samples, ulong frames'),
    pcmPollDescriptorsCount: fn('int', 'snd_pcm_poll_descriptors_count', 'void *pcm'),
    pcmPollDescriptors: fn('int', 'snd_pcm_poll_descriptors', 'void *pcm, void *fds, uint space'),
    hwMalloc: fn('int', 'snd_pcm_hw_params_malloc', '_Out_ void **params'),
    hwFree: fn('void', 'snd_pcm_hw_params_free', 'void *params'),
    hwAny: fn('int', 'snd_pcm_hw_params_any', 'void *pcm, void *params'),
    hwSetAccess: fn('int', 'snd_pcm_hw_params_set_access', 'void *pcm, void *params, int access'),
    hwSetFormat: fn('int', 'snd_pcm_hw_params_set_format', 'void *pcm, void *params, int format'),
    hwSetChannels: fn('int', 'snd_pcm_hw_params_set_channels', 'void *pcm, void *params, uint channels'),
    hwSetRateNear: fn(
      'int',
      'snd_pcm_hw_params_set_rate_near',
      'void *pcm, void *params, _Inout_ uint *rate, _Inout_ int *dir',
    ),
    hwSetPeriodNear: fn(
      'int',
      'snd_pcm_hw_params_set_period_size_near',
      'void *pcm, void *params, _Inout_ ulong *frames, _Inout_ int *dir',
    ),
    hwSetBufferNear: fn(
      'int',
      'snd_pcm_hw_params_set_buffer_size_near',
      'void *pcm, void *params, _Inout_ ulong *frames',
    ),
    hwApply: fn('int', 'snd_pcm_hw_params', 'void *pcm, void *params'),
    hwGetRate: fn('int', 'snd_pcm_hw_params_get_rate', 'void *params, _Out_ uint *rate, _Inout_ int *dir'),
    hwGetChannels: fn('int', 'snd_pcm_hw_params_get_channels', 'void *params, _Out_ uint *channels'),
    hwGetPeriod: fn('int', 'snd_pcm_hw_params_get_period_size', 'void *params, _Out_ ulong *frames, _Inout_ int *dir'),
    hwGetBuffer: fn('int', 'snd_pcm_hw_params_get_buffer_size', 'void *params, _Out_ ulong *frames'),
    swMalloc: fn('int', 'snd_pcm_sw_params_malloc', '_Out_ void **params'),
    swFree: fn('void', 'snd_pcm_sw_params_free', 'void *params'),
    swCurrent: fn('int', 'snd_pcm_sw_params_current', 'void *pcm, void *params'),
    swSetStartThreshold: fn('int', 'snd_pcm_sw_params_set_start_threshold', 'void *pcm, void *params, ulong frames'),
    swSetAvailMin: fn('int', 'snd_pcm_sw_params_set_avail_min', 'void *pcm, void *params, ulong frames'),
    swApply: fn('int', 'snd_pcm_sw_params', 'void *pcm, void *params'),
    cardNext: fn('int', 'snd_card_next', '_Inout_ int *card'),
    cardName: fn('int', 'snd_card_get_name', 'int card, _Out_ str! *name'),
    cardLongName: fn('int', 'snd_card_get_longname', 'int card, _Out_ str! *name'),
    ctlOpen: fn('int', 'snd_ctl_open', '_Out_ void **ctl, str name, int mode'),
    ctlClose: fn('int', 'snd_ctl_close', 'void *ctl'),
    ctlCardInfo: fn('int', 'snd_ctl_card_info', 'void *ctl, void *info'),
    cardInfoMalloc: fn('int', 'snd_ctl_card_info_malloc', '_Out_ void **info'),
    cardInfoFree: fn('void', 'snd_ctl_card_info_free', 'void *info'),
    cardInfoId: fn('str', 'snd_ctl_card_info_get_id', 'void *info'),
    hints: fn('int', 'snd_device_name_hint', 'int card, str kind, _Out_ void **hints'),
    hintsFree: fn('int', 'snd_device_name_free_hint', 'void *hints'),
    hintGet: fn('str!', 'snd_device_name_get_hint', 'void *hint, str id'),
    pointers: (list) => {
      const found: Native[] = [];
      const size = native.sizeof('void *');
      for (let at = 0; ; at += size) {
        const pointer = native.decode(list, at, 'void *') as Native | null;
        if (pointer === null || pointer === 0n) return found;
        found.push(pointer);
      }
    },
  };
}
