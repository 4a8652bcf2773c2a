import type { Writer, WriterOptions } from './ports.ts';

export declare function startWriter(options: WriterOptions): Promise<Writer>;
