// What the grid asks the server; every answer is { status, body }, and one that is no JSON says what to do.

const SAY = {
  0: "The server did not answer. What you typed is still here; try again.",
  413: "This is too much for one save. Save fewer rows at a time.",
};

export async function ask(address, body, signal) {
  const how = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(address, { ...how, signal, credentials: "same-origin" });
    if ((answer.headers.get("Content-Type") || "").startsWith("application/json")) return { status: answer.status, body: await answer.json() };
    return { status: answer.ok ? 401 : answer.status, body: { message: told(answer) } };
  } catch (error) {
    if (error.name === "AbortError") return null;
    return { status: 0, body: { message: SAY[0] } };
  }
}

function told(answer) {
  if (answer.ok) return "You are signed out. Sign in again in another tab, then go on here: what you typed is still here.";
  return SAY[answer.status] || `The server refused this (${answer.status}). Nothing was saved; what you typed is still here.`;
}
