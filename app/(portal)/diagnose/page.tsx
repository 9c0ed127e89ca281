import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Diagnose } from "#components/diagnose/diagnose.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.diagnose") });

const Page = () => <Diagnose />;

export default Page;
