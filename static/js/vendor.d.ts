declare module "echarts/i18n/langZH-obj.js";
