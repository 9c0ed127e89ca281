/** An organisation number with its check digit (Luhn); the third digit says that it is no person's. */
const orgnr = (at: number): string => {
  const nine = `212${String(at).padStart(6, "0")}`;
  const sum = Array.from(nine, Number).reduce((total, digit, place) => {
    const doubled = place % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${nine}${(10 - (sum % 10)) % 10}`;
};
const serverOf = (at: number): string => `chat.m${at}.example`;

/** A file of so many agencies, each with its server and its incident contact. */
export const agencyFile = (agencies: number): string =>
  [
    "name_sv,organisation_number,member_class,server_name,incident_email,incident_phone",
    ...Array.from(
      { length: agencies },
      (_, at) => `Verket ${at},${orgnr(at)},state_agency,${serverOf(at)},jour@m${at}.example,+46 8 123 45 67`,
    ),
  ].join("\r\n");

/** A file of so many agreements between these: each agency with the next 1, 2, 3 … around the circle. */
export const agreementFile = (agencies: number, agreements: number): string =>
  [
    "agency_a,agency_b,purpose,legal_basis,start,end,diarienummer_a,diarienummer_b,ceiling,personal_data",
    ...Array.from({ length: agreements }, (_, at) => {
      const home = at % agencies;
      const partner = (home + 1 + Math.floor(at / agencies)) % agencies;
      return `${orgnr(home)},${serverOf(partner)},Samverkan om ärende ${at},Förvaltningslagen (2017:900) 8 §,2026-01-01,2030-12-31,2025/${at},Dnr ${at}-25,2,yes`;
    }),
  ].join("\r\n");
