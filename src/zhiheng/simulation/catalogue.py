"""The 30 product kinds of the synthetic province.

Industry codes are those of GB/T 4754-2017. National standards are named only where number and subject are
known for sure; **every limit, value and failure rate is invented** and belongs to the fictional enterprise
standard (Q/SLS …) that stands beside. This module refuses to be a source of requirements.
"""

from __future__ import annotations

from typing import Final

from zhiheng.simulation.products import Item, Kind, at_least, at_most, meets, within

# Weights of the twelve months; each sums to 256, the size of a deck.
_FLAT: Final = (21, 21, 21, 22, 22, 22, 22, 21, 21, 21, 21, 21)
_WINTER: Final = (22, 10, 8, 6, 4, 4, 6, 14, 40, 62, 54, 26)
_SPRING: Final = (14, 38, 60, 52, 34, 14, 8, 8, 10, 8, 6, 4)
_SUMMER: Final = (6, 8, 14, 28, 46, 54, 46, 26, 12, 6, 6, 4)
_HOLIDAY: Final = (26, 14, 10, 14, 44, 22, 10, 20, 44, 20, 12, 20)

_MARKING: Final = meets("标志和说明")
_STRUCTURE: Final = meets("结构")
_SHOCK: Final = meets("对触及带电部件的防护")


def _kind(
    head: tuple[str, str, str, str], products: str, failing: int, season: tuple[int, ...], *items: Item
) -> Kind:
    name, industry, trade, standards = head
    return Kind(name, industry, trade, tuple(products.split()), standards, failing, season, items)


KINDS: Final = (
    _kind(("电热毯", "C3859", "电器", "GB 4706.8-2008；Q/SLS 001-2022"),
          "单人电热毯 双人电热毯 电热垫", 110, _WINTER,
          at_most("输入功率偏差", "%", "10.0", "9.0"), at_most("工作温度", "℃", "37.0", "6.0"),
          at_most("泄漏电流", "mA", "0.75", "0.60"), _MARKING),
    _kind(("移动电源充电器", "C3990", "电子", "GB 4943.1-2022；Q/SLS 002-2022"),
          "电源适配器 快速充电器 车载充电器", 140, _FLAT,
          at_most("接触电流", "mA", "0.25", "0.20"), at_least("抗电强度", "V", "3000", "800"),
          at_most("外壳温升", "K", "60.0", "25.0"), _MARKING),
    _kind(("内墙涂料", "C2641", "涂料", "GB 18582-2020；Q/SLS 003-2022"),
          "合成树脂乳液内墙涂料 净味内墙乳胶漆 内墙底漆", 70, _SUMMER,
          at_most("VOC含量", "g/L", "80", "70"), at_most("甲醛含量", "mg/kg", "50", "44"),
          at_least("对比率", "", "0.90", "0.08"), at_least("耐洗刷性", "次", "350", "900")),
    _kind(("复混肥料", "C2624", "肥业", "GB/T 15063-2020；Q/SLS 004-2022"),
          "复合肥料 掺混肥料 有机无机复混肥料", 95, _SPRING,
          at_least("总养分", "%", "45.0", "4.0"), at_most("水分", "%", "2.0", "1.6"),
          at_most("氯离子", "%", "3.0", "2.6"), _MARKING),
    _kind(("电线电缆", "C3831", "线缆", "GB/T 5023.3-2008；Q/SLS 005-2022"),
          "聚氯乙烯绝缘电线 护套软线 阻燃电缆", 120, _FLAT,
          at_most("20℃导体电阻", "Ω/km", "7.41", "0.60"), at_least("绝缘平均厚度", "mm", "0.70", "0.15"),
          at_least("绝缘抗张强度", "MPa", "12.5", "6.0"), meets("不延燃试验")),
    _kind(("儿童玩具", "C2452", "玩具", "GB 6675.2-2014；Q/SLS 006-2022"),
          "塑胶玩具 益智积木 玩具车", 100, _HOLIDAY,
          meets("小零件"), at_most("可迁移铅", "mg/kg", "90", "86"),
          at_most("增塑剂总量", "%", "0.10", "0.09"), meets("锐利边缘")),
    _kind(("摩托车电动自行车乘员头盔", "C2929", "头盔", "GB 811-2022；Q/SLS 007-2022"),
          "全盔 半盔 夏季头盔", 130, _SUMMER,
          at_most("吸收碰撞能量峰值", "g", "300", "110"), at_most("佩戴装置位移", "mm", "25.0", "16.0"),
          at_least("视野角度", "°", "105", "18"), _MARKING),
    _kind(("燃气用软管", "C2912", "胶管", "Q/SLS 008-2022"),
          "燃气橡胶软管 不锈钢波纹软管 铠装软管", 105, _WINTER,
          at_least("爆破压力", "MPa", "0.60", "0.50"), at_most("气密性泄漏量", "mL/h", "5.0", "4.8"),
          at_least("拉断力", "N", "540", "300"), _STRUCTURE),
    _kind(("汽车轮胎", "C2911", "轮胎", "GB 9743-2015；Q/SLS 009-2022"),
          "轿车子午线轮胎 低滚阻轮胎 雪地轮胎", 35, _FLAT,
          at_least("强度", "J", "295", "160"), at_least("脱圈阻力", "N", "8890", "3000"),
          at_most("外缘尺寸偏差", "%", "3.0", "2.6")),
    _kind(("婴幼儿乳粉", "C1442", "乳业", "GB 10765-2021；Q/SLS 010-2022"),
          "婴儿配方乳粉 较大婴儿配方乳粉 幼儿配方乳粉", 8, _FLAT,
          within("蛋白质", "g/100kJ", "0.43", "0.72"), at_most("水分", "%", "5.0", "3.0"),
          at_most("菌落总数", "CFU/g", "1000", "960"), _MARKING),
    _kind(("电动自行车", "C3770", "车业", "GB 17761-2018；Q/SLS 011-2022"),
          "电动自行车 电动助力自行车", 125, _SUMMER,
          at_most("最高车速", "km/h", "25.0", "3.0"), at_most("整车质量", "kg", "55.0", "12.0"),
          at_most("制动距离", "m", "7.0", "2.5"), meets("短路保护")),
    _kind(("插头插座", "C3899", "电气", "GB/T 2099.1-2021；Q/SLS 012-2022"),
          "延长线插座 墙壁插座 转换器", 115, _FLAT,
          at_most("温升", "K", "45.0", "20.0"), at_least("爬电距离", "mm", "3.0", "1.5"),
          at_least("拔出力", "N", "6.0", "20.0"), _SHOCK),
    _kind(("细木工板", "C2029", "木业", "GB 18580-2017；Q/SLS 013-2022"),
          "细木工板 生态板 免漆板", 90, _SUMMER,
          at_most("甲醛释放量", "mg/m³", "0.124", "0.110"), at_least("横向静曲强度", "MPa", "15.0", "12.0"),
          within("含水率", "%", "6.0", "14.0")),
    _kind(("儿童服装", "C1829", "服饰", "GB 31701-2015；Q/SLS 014-2022"),
          "儿童T恤衫 儿童外套 婴儿连体衣", 98, _HOLIDAY,
          within("pH值", "", "4.0", "7.5"), at_most("甲醛含量", "mg/kg", "75", "72"),
          at_most("纤维含量偏差", "%", "5.0", "4.6"), meets("绳带要求")),
    _kind(("手提式灭火器", "C3595", "消防", "GB 4351.1-2005；Q/SLS 015-2022"),
          "干粉灭火器 水基型灭火器", 85, _FLAT,
          at_least("喷射时间", "s", "13.0", "6.0"), at_most("喷射滞后时间", "s", "5.0", "3.5"),
          at_least("灭火剂主要组分含量", "%", "75.0", "15.0"), _MARKING),
    _kind(("水泥", "C3011", "水泥", "Q/SLS 016-2022"),
          "普通硅酸盐水泥 复合硅酸盐水泥", 22, _SPRING,
          at_least("28天抗压强度", "MPa", "42.5", "9.0"), at_least("初凝时间", "min", "45", "120"),
          at_most("氯离子", "%", "0.060", "0.045"), meets("安定性")),
    _kind(("热轧带肋钢筋", "C3130", "钢铁", "GB/T 1499.2-2018；Q/SLS 017-2022"),
          "热轧带肋钢筋 抗震钢筋", 30, _SPRING,
          at_least("下屈服强度", "MPa", "400", "60"), at_least("抗拉强度", "MPa", "540", "90"),
          at_most("重量偏差", "%", "5.5", "4.5")),
    _kind(("家用燃气灶具", "C3861", "厨具", "GB 16410-2020；Q/SLS 018-2022"),
          "嵌入式燃气灶 台式燃气灶", 80, _WINTER,
          at_most("干烟气中一氧化碳", "%", "0.050", "0.046"), at_least("热效率", "%", "59.0", "8.0"),
          at_most("熄火保护闭阀时间", "s", "60.0", "45.0"), meets("气密性")),
    _kind(("学生文具", "C2411", "文具", "GB 21027-2020；Q/SLS 019-2022"),
          "水彩笔 橡皮擦 修正液", 75, _HOLIDAY,
          at_most("可迁移铅", "mg/kg", "90", "86"), at_most("苯含量", "mg/kg", "10", "9"),
          meets("笔帽安全"), _MARKING),
    _kind(("安全帽", "C2929", "防护", "GB 2811-2019；Q/SLS 020-2022"),
          "塑料安全帽 玻璃钢安全帽", 88, _FLAT,
          at_most("冲击吸收力", "N", "4900", "1900"), meets("耐穿刺性能"),
          at_least("下颏带强度", "N", "150", "80")),
    _kind(("车用汽油", "C2511", "石化", "GB 17930-2016；Q/SLS 021-2022"),
          "92号车用汽油 95号车用汽油", 15, _FLAT,
          at_most("硫含量", "mg/kg", "10.0", "8.0"), at_least("研究法辛烷值", "", "92.0", "2.5"),
          at_most("苯含量", "%", "0.80", "0.60")),
    _kind(("农用地膜", "C2921", "塑业", "GB 13735-2017；Q/SLS 022-2022"),
          "聚乙烯吹塑地膜 黑色地膜", 150, _SPRING,
          at_least("平均厚度", "mm", "0.0100", "0.0030"), at_least("拉伸负荷", "N", "1.6", "1.2"),
          at_least("断裂标称应变", "%", "260", "140")),
    _kind(("儿童推车", "C2456", "童车", "GB 14748-2020；Q/SLS 023-2022"),
          "卧式推车 坐式推车", 92, _HOLIDAY,
          meets("锁定机构"), at_least("倾斜稳定性", "°", "12.0", "6.0"),
          at_least("束缚系统强度", "N", "150", "90"), _MARKING),
    _kind(("洗涤用品", "C2681", "日化", "Q/SLS 024-2022"),
          "洗衣液 餐具洗涤剂 洗衣粉", 45, _FLAT,
          at_least("总活性物含量", "%", "15.0", "8.0"), within("pH值", "", "4.0", "10.5"),
          at_most("总五氧化二磷", "%", "1.10", "1.00")),
    _kind(("厨房电器", "C3854", "小家电", "Q/SLS 025-2022"),
          "电饭锅 电水壶 空气炸锅", 68, _HOLIDAY,
          at_most("泄漏电流", "mA", "0.75", "0.68"), at_most("手柄温升", "K", "50.0", "24.0"),
          at_least("接地措施拉力", "N", "100", "60"), _SHOCK),
    _kind(("灯具", "C3872", "照明", "Q/SLS 026-2022"),
          "LED吸顶灯 读写作业台灯 筒灯", 112, _FLAT,
          at_least("显色指数", "", "80", "15"), at_most("骚扰电压", "dBμV", "66.0", "20.0"),
          at_least("灯具效能", "lm/W", "80.0", "30.0"), _STRUCTURE),
    _kind(("皮鞋", "C1952", "鞋业", "Q/SLS 027-2022"),
          "男式皮鞋 女式皮鞋 休闲皮鞋", 78, _HOLIDAY,
          at_least("帮底剥离强度", "N/cm", "60", "50"), at_most("外底磨痕长度", "mm", "12.0", "5.0"),
          meets("耐折性能")),
    _kind(("木家具", "C2110", "家具", "Q/SLS 028-2022"),
          "实木餐桌 板式衣柜 儿童书桌", 102, _SUMMER,
          at_most("甲醛释放量", "mg/m³", "0.080", "0.070"), at_most("苯", "mg/m³", "0.11", "0.10"),
          meets("力学性能"), _MARKING),
    _kind(("防水卷材", "C3033", "防水", "Q/SLS 029-2022"),
          "弹性体改性沥青防水卷材 自粘防水卷材", 118, _SPRING,
          at_least("可溶物含量", "g/m²", "2100", "500"), at_least("最大峰拉力", "N/50mm", "500", "260"),
          meets("低温柔性"), meets("不透水性")),
    _kind(("水嘴", "C3352", "洁具", "Q/SLS 030-2022"),
          "单柄面盆水嘴 厨房水嘴 淋浴水嘴", 82, _FLAT,
          at_most("铅析出量", "μg/L", "5.0", "4.6"), at_least("中性盐雾时间", "h", "24", "30"),
          at_least("流量", "L/min", "4.0", "4.0"), meets("密封性能")),
)  # fmt: skip
