export interface Topic {
  readonly name: string;
  /** Why it is none of our business; absent where it is read. */
  readonly ignored?: string;
}

const ORDER = 'an order and its way to the shopper are no return';
const PRODUCT = 'a product and how it is shown say nothing of a return';
const STOCK = 'stock, and the warehouses of TikTok that hold it, say nothing of a return';
const PROMOTION = 'a promotion or a video says nothing of a return';
const MESSAGE = 'a message is read where it is answered';
const AUTHORIZATION = "the app's authorization says nothing of a return; without it calls fail, and webhooks may end";

/**
 * `type`, a number, → the topic. 11, 12 and 64 to 67 [documented], each on a page of its own; the others [third-party],
 * copies of the list that https://partner.tiktokshop.com/docv2/page/tts-webhooks-overview leads to, read 2026-11. 2, the
 * returns of the older API, is not on the list any more, and what it carries is [not found].
 */
export const TOPICS: Readonly<Record<string, Topic>> = {
  1: { name: 'ORDER_STATUS_CHANGE', ignored: ORDER },
  3: { name: 'RECIPIENT_ADDRESS_UPDATE', ignored: ORDER },
  4: { name: 'PACKAGE_UPDATE', ignored: ORDER },
  5: { name: 'PRODUCT_STATUS_CHANGE', ignored: PRODUCT },
  6: { name: 'SELLER_DEAUTHORIZATION', ignored: AUTHORIZATION },
  7: { name: 'UPCOMING_AUTHORIZATION_EXPIRATION', ignored: AUTHORIZATION },
  11: { name: 'CANCELLATION_STATUS_CHANGE' },
  12: { name: 'RETURN_STATUS_CHANGE' },
  13: { name: 'NEW_CONVERSATION', ignored: MESSAGE },
  14: { name: 'NEW_MESSAGE', ignored: MESSAGE },
  15: { name: 'PRODUCT_INFORMATION_CHANGE', ignored: PRODUCT },
  16: { name: 'PRODUCT_CREATION', ignored: PRODUCT },
  17: { name: 'SHOPPABLE_CONTENT_POSTING', ignored: PROMOTION },
  18: { name: 'PRODUCT_CATEGORY_CHANGE', ignored: PRODUCT },
  19: { name: 'SIZE_CHART_CHANGE', ignored: PRODUCT },
  20: { name: 'CREATOR_DEAUTHORIZATION', ignored: AUTHORIZATION },
  21: { name: 'INBOUND_FBT_ORDER_STATUS_CHANGE', ignored: STOCK },
  22: { name: 'FBT_MERCHANT_ONBOARDING', ignored: STOCK },
  23: { name: 'GOODS_MATCH', ignored: STOCK },
  24: { name: 'FBT_INVENTORY_UPDATE', ignored: STOCK },
  25: { name: 'OPPORTUNITY_MATCHING_STATUS_CHANGE', ignored: PRODUCT },
  27: { name: 'INVENTORY_STATUS_CHANGE', ignored: STOCK },
  33: { name: 'NEW_MESSAGE_LISTENER', ignored: MESSAGE },
  35: { name: 'TOKOPEDIA_MIRROR_STATUS_CHANGE', ignored: PRODUCT },
  36: { name: 'INVOICE_STATUS_CHANGE', ignored: ORDER },
  37: { name: 'PRODUCT_AUDIT_STATUS_CHANGE', ignored: PRODUCT },
  38: { name: 'STRIKETHROUGH_PRICE_EXPIRED', ignored: PROMOTION },
  39: { name: 'ACTIVITY_STATUS_CHANGE', ignored: PROMOTION },
  42: { name: 'COMBINED_LISTING_CHANGE', ignored: PRODUCT },
  46: { name: 'IMAGE_TRANSLATION_COMPLETED', ignored: PRODUCT },
  50: { name: 'SKU_STATUS_CHANGE', ignored: PRODUCT },
  51: { name: 'GLOBAL_REPLICATION_STATUS_CHANGE', ignored: PRODUCT },
  52: { name: 'GLOBAL_LISTING_METHOD_CHANGE', ignored: PRODUCT },
  55: { name: 'VIDEO_PRECHECK_RESULT', ignored: PROMOTION },
  56: { name: 'SAMPLE_APPLICATION_STATUS_CHANGE', ignored: PROMOTION },
  58: { name: 'FBT_MCF_ORDER_STATUS', ignored: ORDER },
  59: { name: 'SHOPPABLE_VIDEO_PRECHECK_TASKS_RESULT', ignored: PROMOTION },
  62: { name: 'PRODUCT_PACKAGE_RECOMMENDED', ignored: PRODUCT },
  63: { name: 'ACTIVITY_CHANGE', ignored: PROMOTION },
  64: { name: 'AFTERSALES_REQUEST_STATUS_UPDATE' },
  65: { name: 'RMA_STATUS_UPDATE' },
  66: {
    name: 'APPEAL_COMPLETED',
    ignored: 'the appeal is about the size chart of a product, and no dispute about a return',
  },
  67: { name: 'REFUND_SUCCESS' },
  68: { name: 'INVENTORY_CHANGED', ignored: STOCK },
  71: { name: 'INVENTORY_CHANGED_BY_SHOP', ignored: STOCK },
};
