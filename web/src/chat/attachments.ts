import { bytes } from '@/app/format'
import { toast } from '@/ui/toasts'

export interface Picture {
  name: string
  media_type: string
  base64: string
}

const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const LARGEST = 10 * 1048576
const MOST = 8

/** Pictures a model can be shown; what it can not is said. */
export async function readPictures(files: Iterable<File>, already: number): Promise<Picture[]> {
  const read: Picture[] = []
  for (const file of files) {
    if (!TYPES.includes(file.type)) toast('bad', `${file.name} is no picture that models take`, { detail: 'PNG, JPEG, GIF or WebP. Text files: name them in the message, the agent reads them.' })
    else if (file.size > LARGEST) toast('bad', `${file.name} is too large`, { detail: `${bytes(file.size)}; at most ${bytes(LARGEST)}` })
    else if (already + read.length >= MOST) toast('bad', `At most ${MOST} pictures a message`)
    else read.push({ name: file.name, media_type: file.type, base64: await base64Of(file) })
  }
  return read
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).split(',')[1]!)
    reader.onerror = () => reject(reader.error ?? new Error('The file can not be read.'))
    reader.readAsDataURL(file)
  })
}
