/// Gives the browser a file to save. The text goes nowhere else.
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then; to let go of it at once stops some of them.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
