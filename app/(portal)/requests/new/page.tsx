import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { RequestForm } from "#components/trust/request-form.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("request.name") });

const Page = () => <RequestForm />;

export default Page;
