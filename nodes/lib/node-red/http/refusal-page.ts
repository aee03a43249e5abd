/** What a person sees whose browser opened the editor by a name that the unit does not know. */
export interface Refusal {
  /** The `Host` header of the request. */
  readonly host: string;
  /** Which header tells that the request is foreign, with its value. */
  readonly reason: string;
  /** The environment variable that names further hosts. */
  readonly setting: string;
}

/**
 * A page that says, in English and Korean, why the editor does not open and what to do.
 * @param refusal all of it comes from outside and is escaped
 */
export function refusalPage({ host, reason, setting }: Refusal): string {
  const line = escaped(`${setting}=${host.replace(/:\d+$/, '')}`);
  const [name, why] = [escaped(host), escaped(reason)];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>403 - V2X roadside unit</title>
<style>body{font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em}code{background:#eee;padding:.1em .3em}</style>
<h1>This address is not one of this unit's own</h1>
<p>You opened the unit as <code>${name}</code>. It answers only to its own names and addresses, so that web pages of
others cannot command it through your browser (${why}).</p>
<p>If you know this address as the unit's, such as a name in your network, a port that Docker publishes or a proxy in
front of it: start the unit with <code>${line}</code> in its environment (several are separated by commas) and reload
this page. If you do not know it, close this page.</p>
<section lang="ko">
<h1>이 장치의 주소가 아닙니다</h1>
<p><code>${name}</code> 주소로 장치를 열었습니다. 다른 웹 페이지가 브라우저를 통해 장치를 조작하지 못하도록, 장치는
자신의 이름과 주소로 온 요청에만 응답합니다(${why}).</p>
<p>네트워크에서 쓰는 이름, Docker가 공개한 포트, 앞에 둔 프록시처럼 이 장치의 주소가 맞다면 환경 변수
<code>${line}</code>(여러 개는 쉼표로 구분)을 설정하여 장치를 다시 시작하고 이 페이지를 새로 고치십시오. 모르는
주소라면 이 페이지를 닫으십시오.</p>
</section>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
