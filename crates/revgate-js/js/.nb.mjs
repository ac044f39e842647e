import { build } from 'esbuild'; import { writeFileSync } from 'node:fs';
const { outputFiles } = await build({ entryPoints: ['bench/burst.ts'], bundle: true, format: 'esm', target: 'es2022', write: false });
writeFileSync('/tmp/driver-burst.mjs', outputFiles[0].text + `
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const rounds=[]; const R=+process.argv[2]||9; for (let n=0;n<3+R;n++){ const t=await round(n); if(n>=3) rounds.push(t);} 
for (const name of Object.keys(rounds[0])) { const ns=e=>median(rounds.map(t=>t[name][e]))*1e6/1e5; console.log(name.padEnd(44), ns('package').toFixed(0), ns('hand').toFixed(0), median(rounds.map(t=>t[name].package/t[name].hand)).toFixed(2)); }
process.exit(0)`);
