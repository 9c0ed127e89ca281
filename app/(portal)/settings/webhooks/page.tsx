import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Webhooks } from "#components/webhooks/webhooks.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("webhooks.title") });

const Page = () => <Webhooks />;

export default Page;
