import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { FederationTerms } from "#components/people/federation-terms.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({
  title: (await translator())("federationTerms.title"),
});

const Page = () => <FederationTerms />;

export default Page;
