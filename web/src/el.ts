/* The parts of Element Plus that the pages use, and no others. */
import type { App } from 'vue'
import { ElAutocomplete } from 'element-plus/es/components/autocomplete/index'
import { ElConfigProvider } from 'element-plus/es/components/config-provider/index'
import { ElDatePicker } from 'element-plus/es/components/date-picker/index'
import { ElDialog } from 'element-plus/es/components/dialog/index'
import { ElDropdown, ElDropdownItem, ElDropdownMenu } from 'element-plus/es/components/dropdown/index'
import { ElInput } from 'element-plus/es/components/input/index'
import { ElMessage } from 'element-plus/es/components/message/index'
import { ElMessageBox as Box } from 'element-plus/es/components/message-box/index'
import { ElPopover } from 'element-plus/es/components/popover/index'
import { ElOption, ElSelect } from 'element-plus/es/components/select/index'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-autocomplete.css'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-date-picker.css'
import 'element-plus/theme-chalk/el-date-picker-panel.css'
import 'element-plus/theme-chalk/el-dialog.css'
import 'element-plus/theme-chalk/el-dropdown.css'
import 'element-plus/theme-chalk/el-dropdown-item.css'
import 'element-plus/theme-chalk/el-dropdown-menu.css'
import 'element-plus/theme-chalk/el-icon.css'
import 'element-plus/theme-chalk/el-input.css'
import 'element-plus/theme-chalk/el-message.css'
import 'element-plus/theme-chalk/el-message-box.css'
import 'element-plus/theme-chalk/el-option.css'
import 'element-plus/theme-chalk/el-overlay.css'
import 'element-plus/theme-chalk/el-popover.css'
import 'element-plus/theme-chalk/el-popper.css'
import 'element-plus/theme-chalk/el-scrollbar.css'
import 'element-plus/theme-chalk/el-select.css'
import 'element-plus/theme-chalk/el-select-dropdown.css'
import 'element-plus/theme-chalk/el-tag.css'

/* Addresses stand behind # : a change of them must not close a question. */
type Options = NonNullable<Parameters<typeof Box.confirm>[2]>
export const ElMessageBox = {
  confirm: (text: string, title: string, o: Options) => Box.confirm(text, title, { closeOnHashChange: false, ...o }),
  prompt: (text: string, title: string, o: Options) => Box.prompt(text, title, { closeOnHashChange: false, ...o })
}
export { ElMessage }
export const usePartsOf = (app: App) => {
  for (const c of [ElAutocomplete, ElConfigProvider, ElDatePicker, ElDialog, ElDropdown, ElDropdownItem, ElDropdownMenu, ElInput, ElOption, ElPopover, ElSelect]) app.use(c)
  return app
}
