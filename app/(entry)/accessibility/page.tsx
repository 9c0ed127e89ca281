import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Accessibility } from "#components/entry/accessibility.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("accessibility.title") });

const Page = () => <Accessibility />;

export default Page;
