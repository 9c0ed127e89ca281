import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Emergency } from "#components/emergency/emergency.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("emergency.title") });

const Page = () => <Emergency />;

export default Page;
