// A click on the icon opens the panel and lets it see the page in front of it (`activeTab`), until that page goes elsewhere.
chrome.action.onClicked.addListener((tab) => {
  chrome.sidePanel.open({ windowId: tab.windowId });
  // A panel that is open already looks at what is selected now.
  chrome.runtime.sendMessage({ kb: "clicked", windowId: tab.windowId }).catch(() => {});
});
