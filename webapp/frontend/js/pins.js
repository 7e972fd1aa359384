// Pinning what is read, by its button.
export function pinByKey(sheet) {
  const button = sheet?.querySelector("[data-pin]");
  button?.click();
  return Boolean(button);
}
