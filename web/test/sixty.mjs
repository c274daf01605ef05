/* Sixty appointment forms of people who do not exist: most are in the example county's books, some are new, some have the mistakes that real files have. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
function csv(name) {
  const rows = readFileSync(join(root, 'examples/changgeng', name + '.csv'), 'utf8').trim().split(/\r?\n/).map(l => l.replace(/^\ufeff/, '').split(','))
  return rows.slice(1).map(r => Object.fromEntries(rows[0].map((h, i) => [h, r[i] ?? ''])))
}
const esc = s => String(s ?? '').replace(/&/g, '&amp;').replace(/</g, '&lt;')
const plain = m => (m ?? '').replace(/-/g, '').slice(0, 6)
const dot = m => (m ? m.slice(0, 7).replace('-', '.') : '       ')
const el = (n, v) => `  <${n}>${esc(v)}</${n}>\n`

function number(birth, n) {
  const body = '990001' + birth.replace('-', '') + String(10 + (n % 18)) + '9' + String(n % 10) + String((n * 2) % 10)
  const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce((a, w, i) => a + w * Number(body[i]), 0)
  return body + '10X98765432'[sum % 11]
}

function form(p) {
  const job = p.lines.map(l => `${dot(l[0])}--${dot(l[1])}  ${l[2]}`).join('\r\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Person>\n` + el('XingMing', p.name) + el('XingBie', p.sex) + el('ChuShengNianYue', plain(p.birth)) + el('MinZu', p.people) + el('JiGuan', p.place) + el('ChuShengDi', p.place) +
    el('RuDangShiJian', plain(p.party)) + el('CanJiaGongZuoShiJian', plain(p.work)) + el('JianKangZhuangKuang', '健康') + el('ZhuanYeJiShuZhiWu', '') + el('ShuXiZhuanYeYouHeZhuanChang', p.skill ?? '') +
    el('QuanRiZhiJiaoYu_XueLi', p.school.level) + el('QuanRiZhiJiaoYu_XueWei', p.school.degree) + el('QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi', p.school.name) + el('QuanRiZhiJiaoYu_XueWei_BiYeYuanXiaoXi', p.school.degree ? p.school.name : '') +
    el('XianRenZhiWu', p.now) + el('NiRenZhiWu', '') + el('NiMianZhiWu', '') + el('JianLi', job) + el('JiangChengQingKuang', '无') + el('NianDuKaoHeJieGuo', '2023年度称职，2024年度称职，2025年度称职') + el('RenMianLiYou', '') +
    '  <JiaTingChengYuan>\n' + p.family.map(f => `    <Item>\n    ${el('ChengWei', f[0])}    ${el('XingMing', f[1])}    ${el('ChuShengRiQi', plain(f[2]))}    ${el('ZhengZhiMianMao', f[3])}    ${el('GongZuoDanWeiJiZhiWu', f[4])}    </Item>\n`).join('') + '  </JiaTingChengYuan>\n' +
    el('ChengBaoDanWei', '中共长庚县委组织部') + el('JiSuanNianLingShiJian', '') + el('TianBiaoShiJian', '20261120') + el('TianBiaoRen', '王承办') + el('ShenFenZheng', p.id) + el('ZhaoPian', '') + '</Person>\n'
}

export function sixty() {
  const by = (rows, code) => rows.filter(r => r.干部 === code)
  const resume = csv('resume'), schooling = csv('schooling'), family = csv('family')
  const known = csv('cadre').filter(c => c.在职状态 === '在职' && c.管理类别 === '本级管理').slice(0, 45).map(c => {
    const s = by(schooling, c.编号).find(x => x.教育类别 === '全日制') ?? {}
    return { name: c.姓名, sex: c.性别, birth: c.出生年月, people: c.民族, place: c.籍贯, party: c.入党时间, work: c.参加工作时间, id: c.公民身份号码, skill: c.熟悉专业和专长, now: '',
      school: { level: s.学历 ?? '', degree: s.学位 ?? '', name: s.院校系及专业 ?? '' }, lines: by(resume, c.编号).filter(l => l.其间 !== '是').map((l, i) => [l.起始年月, l.截止年月, i === 0 && s.院校系及专业 ? s.院校系及专业 + '学生' : l.经历]),
      family: by(family, c.编号).map(f => [f.称谓, f.亲属姓名, f.亲属出生年月, f.亲属政治面貌, f.工作单位及职务]) }
  })
  const surnames = '卫蒋沈韩杨朱秦尤许何吕施张孔曹', given = '示例甲乙丙丁戊己庚辛壬癸子丑寅'
  const fresh = [...surnames].map((x, i) => {
    const y = 1978 + (i % 16), m = String(1 + (i % 9)).padStart(2, '0')
    return { name: x + '示' + [...given][i], sex: i % 3 ? '男' : '女', birth: `${y}-${m}`, people: '汉族', place: '霁州长庚', party: `${y + 23}-06`, work: `${y + 22}-07`, id: number(`${y}-${m}`, i * 2 + (i % 3 ? 1 : 0)), now: '启明镇副镇长',
      school: { level: '大学', degree: '文学学士', name: '翎州师范学院中文专业' }, lines: [[`${y + 18}-09`, `${y + 22}-07`, '翎州师范学院中文专业学生'], [`${y + 22}-07`, `${y + 30}-03`, '启明镇政府科员'], [`${y + 30}-03`, '', '启明镇副镇长']],
      family: [[i % 3 ? '妻子' : '丈夫', '某某', `${y + 1}-02`, '群众', '长庚县第一中学教师']] }
  })
  const all = [...known, ...fresh]
  const wrong = n => all[n]
  wrong(2).birth = wrong(2).birth.replace(/-\d\d$/, m => (m === '-12' ? '-11' : '-12'))            // birth and citizen number differ
  if (wrong(6).lines.length > 1) wrong(6).lines[1][0] = wrong(6).lines[1][0].replace(/^(\d{4})/, y => String(Number(y) + 1)) // a gap
  if (wrong(10).lines.length > 1) wrong(10).lines[0][1] = wrong(10).lines[0][1].replace(/^(\d{4})/, y => String(Number(y) + 1)) // an overlap
  wrong(14).party = wrong(14).birth.replace(/^(\d{4})/, y => String(Number(y) + 16))               // in the Party at 16
  wrong(46).school = { ...wrong(46).school, name: '云岫大学法学专业' }                                 // a school that the résumé does not know
  wrong(47).work = wrong(47).birth.replace(/^(\d{4})/, y => String(Number(y) + 14))
  return all.map((p, i) => ({ name: `${String(i + 1).padStart(2, '0')}.lrmx`, mimeType: 'application/xml', buffer: Buffer.from(i === 18 ? form(p).slice(0, 900) : form(p)) }))
}

export const rowsOf = csv

/* A zip without compression. */
export function stored(parts) {
  const crc = b => { let c = ~0; for (const x of b) { c ^= x; for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1 } return ~c >>> 0 }
  const out = [], dir = []
  let at = 0
  for (const [name, text] of parts) {
    const n = Buffer.from(name), b = Buffer.from(text)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0); common.writeUInt16LE(0x0800, 2); common.writeUInt16LE(0x21, 8); common.writeUInt32LE(crc(b), 10); common.writeUInt32LE(b.length, 14); common.writeUInt32LE(b.length, 18); common.writeUInt16LE(n.length, 22)
    out.push(Buffer.from('PK\x03\x04', 'latin1'), common, n, b)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    dir.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, n)
    at += 30 + n.length + b.length
  }
  const d = Buffer.concat(dir), end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(parts.length, 8); end.writeUInt16LE(parts.length, 10); end.writeUInt32LE(d.length, 12); end.writeUInt32LE(at, 16)
  return Buffer.concat([...out, d, end])
}
