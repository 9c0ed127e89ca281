import type { IForbiddenRuleType } from "dependency-cruiser";

export const ROOMS: Readonly<Record<string, readonly string[]>>;
export const RULES: IForbiddenRuleType[];
export const LEAST_MODULES: number;
export function folderOf(room: string): string;
